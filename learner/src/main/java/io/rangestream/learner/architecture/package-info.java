/** What the networks are made of, as data: the engine's graph, the ONNX file and the counts all derive from it. */
@NullMarked
package io.rangestream.learner.architecture;

import org.jspecify.annotations.NullMarked;

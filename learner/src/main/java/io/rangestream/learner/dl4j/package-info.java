/** The engine on DL4J and ND4J; nothing outside this package names them. */
@NullMarked
package io.rangestream.learner.dl4j;

import org.jspecify.annotations.NullMarked;

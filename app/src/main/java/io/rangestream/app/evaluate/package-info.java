/** Evaluates embeddings by the protocols of face recognition: verification of pairs, closed-set and open-set identification. */
@NullMarked
package io.rangestream.app.evaluate;

import org.jspecify.annotations.NullMarked;

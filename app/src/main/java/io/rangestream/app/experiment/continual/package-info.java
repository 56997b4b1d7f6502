/** Continual learning measured against its upper bound: streams in several orders, several ways to train on them. */
@NullMarked
package io.rangestream.app.experiment.continual;

import org.jspecify.annotations.NullMarked;

/** What cutting the long tail off a data set does to each loss: the study of the paper of range loss, section 5. */
@NullMarked
package io.rangestream.app.experiment.tailcut;

import org.jspecify.annotations.NullMarked;

/** What the bytes of a face crop mean: header, pixels, size of the network's input, and the name of a crop. */
@NullMarked
package io.rangestream.schemas.image;

import org.jspecify.annotations.NullMarked;

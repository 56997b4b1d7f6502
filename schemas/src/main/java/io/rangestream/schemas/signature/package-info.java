/** Ed25519 signatures of model updates: who publishes signs, who follows trusts. */
@NullMarked
package io.rangestream.schemas.signature;

import org.jspecify.annotations.NullMarked;

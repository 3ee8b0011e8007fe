/** Calls addresses that customers named, safely. */
@NullMarked
package io.edgemint.outbound;

import org.jspecify.annotations.NullMarked;

/** Writes what organisations and the platform apply in their AWS accounts. */
@NullMarked
package io.edgemint.setup;

import org.jspecify.annotations.NullMarked;

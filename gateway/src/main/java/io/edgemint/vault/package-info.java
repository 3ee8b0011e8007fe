/** Seals and opens secrets (envelope encryption). */
@NullMarked
package io.edgemint.vault;

import org.jspecify.annotations.NullMarked;

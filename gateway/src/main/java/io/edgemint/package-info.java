/** Root of Edgemint: holds one package per feature and no class of its own. */
@NullMarked
package io.edgemint;

import org.jspecify.annotations.NullMarked;

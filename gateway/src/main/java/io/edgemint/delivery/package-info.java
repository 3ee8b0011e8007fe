/** Delivers a folder as archives that are put together while they are sent. */
@NullMarked
package io.edgemint.delivery;

import org.jspecify.annotations.NullMarked;

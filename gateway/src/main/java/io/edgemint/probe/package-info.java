/** Tries the path of a device through a backend. */
@NullMarked
package io.edgemint.probe;

import org.jspecify.annotations.NullMarked;

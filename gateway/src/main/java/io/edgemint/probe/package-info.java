/** Tries the path of a device through a backend, and looks into buckets. */
@NullMarked
package io.edgemint.probe;

import org.jspecify.annotations.NullMarked;

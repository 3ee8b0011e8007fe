/** Drives the gateway like a fleet and measures its parts; never shipped. */
@NullMarked
package io.edgemint.loadtest;

import org.jspecify.annotations.NullMarked;

/** Wires and runs the parts; the command line. */
@NullMarked
package io.edgemint.app;

import org.jspecify.annotations.NullMarked;

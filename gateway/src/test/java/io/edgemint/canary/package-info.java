/**
 * Proves that nothing which the program writes holds a secret: fixtures mark their secrets here,
 * the files that tests leave are kept, and the last test of a run looks through all of it.
 */
@NullMarked
package io.edgemint.canary;

import org.jspecify.annotations.NullMarked;

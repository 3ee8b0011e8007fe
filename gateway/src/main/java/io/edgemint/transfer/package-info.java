/**
 * Copies an organisation's objects from one storage into another, through memory and never by disk.
 */
@NullMarked
package io.edgemint.transfer;

import org.jspecify.annotations.NullMarked;

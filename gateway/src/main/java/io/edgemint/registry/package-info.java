/**
 * Keeps organisations, their audit trail and issuers' last good keys in SQL, and follows what other
 * processes write there.
 */
@NullMarked
package io.edgemint.registry;

import org.jspecify.annotations.NullMarked;

/**
 * Keeps a fresh session for each way into a bucket, scoped to what it is for; reading one is one
 * field read, and renewing it never happens where a device waits unless there is none.
 */
@NullMarked
package io.edgemint.credentials;

import org.jspecify.annotations.NullMarked;

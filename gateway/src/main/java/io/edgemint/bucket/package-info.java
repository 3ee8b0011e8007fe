/** Asks S3 buckets, as a session and through the guard of customers' addresses. */
@NullMarked
package io.edgemint.bucket;

import org.jspecify.annotations.NullMarked;

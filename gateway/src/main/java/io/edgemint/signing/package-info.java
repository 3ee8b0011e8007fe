/**
 * Builds signers for CloudFront and S3 and mints links with them: pure CPU, byte for byte what
 * Amazon verifies, each link remembered until its aligned end.
 */
@NullMarked
package io.edgemint.signing;

import org.jspecify.annotations.NullMarked;

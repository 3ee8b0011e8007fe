/**
 * The world outside on loopback, for tests, the demo and load tests: an S3 server and a CDN edge
 * that verify signatures, token issuers, and sample organisations that use them; never shipped.
 */
@NullMarked
package io.edgemint.sandbox;

import org.jspecify.annotations.NullMarked;

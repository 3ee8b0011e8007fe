/**
 * The operator's port: probes, metrics, and the administration of organisations; the only package
 * besides {@code http} that knows statuses and headers.
 */
@NullMarked
package io.edgemint.admin;

import org.jspecify.annotations.NullMarked;

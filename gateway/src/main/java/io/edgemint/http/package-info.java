/**
 * The edge routes and the admin routes, on two ports: the only place that knows statuses and
 * headers.
 */
@NullMarked
package io.edgemint.http;

import org.jspecify.annotations.NullMarked;

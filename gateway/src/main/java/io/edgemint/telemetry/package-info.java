/** Builds the meter registry, the scrape page and the access log. */
@NullMarked
package io.edgemint.telemetry;

import org.jspecify.annotations.NullMarked;

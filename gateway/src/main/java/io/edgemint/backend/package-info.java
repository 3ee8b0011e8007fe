/**
 * The core: who an organisation is, what a caller may read, which backend serves it now, and the
 * life cycle that decides so; knows neither HTTP nor SQL nor AWS.
 */
@NullMarked
package io.edgemint.backend;

import org.jspecify.annotations.NullMarked;

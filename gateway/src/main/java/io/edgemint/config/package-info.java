/**
 * Reads YAML and environment into typed records; reports every problem at once; knows no feature.
 */
@NullMarked
package io.edgemint.config;

import org.jspecify.annotations.NullMarked;

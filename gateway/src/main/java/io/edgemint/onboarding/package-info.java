/**
 * Reads what an organisation wants, writes it down, probes the real path of a device and only then
 * lets a backend serve.
 */
@NullMarked
package io.edgemint.onboarding;

import org.jspecify.annotations.NullMarked;

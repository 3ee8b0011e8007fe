/**
 * Reads what an organisation wants, writes it down, has the real path of a device probed and only
 * then lets a backend serve.
 */
@NullMarked
package io.edgemint.onboarding;

import org.jspecify.annotations.NullMarked;

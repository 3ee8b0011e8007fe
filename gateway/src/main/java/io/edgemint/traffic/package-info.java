/**
 * Keeps every client, device and organisation to its share: connections, requests, new signatures.
 */
@NullMarked
package io.edgemint.traffic;

import org.jspecify.annotations.NullMarked;

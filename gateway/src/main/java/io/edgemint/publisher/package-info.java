/** Publishes objects through a gateway's upload calls, from a publisher's machine. */
@NullMarked
package io.edgemint.publisher;

import org.jspecify.annotations.NullMarked;

/** What is known about stored objects, and the publisher's side of them. */
@NullMarked
package io.edgemint.objects;

import org.jspecify.annotations.NullMarked;

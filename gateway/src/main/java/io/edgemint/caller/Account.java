package io.edgemint.caller;

import io.edgemint.backend.Refused;
import org.jspecify.annotations.Nullable;

/** Where the requests of a verified caller are counted. Safe on all threads. */
@FunctionalInterface
public interface Account {
  /** Counts one; null, or why the caller has to come back later. */
  @Nullable Refused charge();
}

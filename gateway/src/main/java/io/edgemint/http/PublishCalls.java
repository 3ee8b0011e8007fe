package io.edgemint.http;

import io.edgemint.objects.Binaries;
import io.edgemint.objects.Uploads;

/** What publishers may ask for, and the threads on which that waits; shared by all event loops. */
public record PublishCalls(Uploads uploads, Binaries binaries, PublishThreads threads) {
  /** With threads of its own. */
  public PublishCalls(Uploads uploads, Binaries binaries) {
    this(uploads, binaries, new PublishThreads());
  }
}

package io.edgemint.publisher;

import java.io.IOException;

/** What is uploaded changed meanwhile, told in one message for people. */
public final class SourceChanged extends IOException {
  private static final long serialVersionUID = 1L;

  /** Names what changed. */
  public SourceChanged(String name) {
    super(name + " changed while it was uploaded");
  }
}

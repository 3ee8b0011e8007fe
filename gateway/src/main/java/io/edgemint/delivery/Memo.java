package io.edgemint.delivery;

import io.edgemint.publisher.Digest;
import io.edgemint.publisher.Source;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.HexFormat;

/** A small object that is in memory alone. */
final class Memo implements Source {
  private final String key;
  private final byte[] bytes;
  private final String contentType;

  Memo(String key, byte[] bytes, String contentType) {
    this.key = key;
    this.bytes = bytes.clone();
    this.contentType = contentType;
  }

  @Override
  public String name() {
    return key;
  }

  @Override
  public String edition() {
    return HexFormat.of().formatHex(Digest.sha256().digest(bytes));
  }

  @Override
  public long size() {
    return bytes.length;
  }

  @Override
  public String contentType() {
    return contentType;
  }

  @Override
  public InputStream from(long offset) {
    return new ByteArrayInputStream(bytes, (int) offset, bytes.length - (int) offset);
  }

  @Override
  public void checkUnchanged() {
    // Nobody else has it.
  }
}

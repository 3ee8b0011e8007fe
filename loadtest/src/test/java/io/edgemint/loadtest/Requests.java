package io.edgemint.loadtest;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Requests in turn, ready to be written: again from the first after the last, or each one once. One
 * thread at a time.
 */
final class Requests {
  private final List<ByteBuffer> all;
  private final boolean again;
  private int next;

  private Requests(List<ByteBuffer> all, boolean again) {
    this.all = all;
    this.again = again;
  }

  /** GETs of one path with a bearer token each, again and again. */
  static Requests circular(String path, List<String> tokens) {
    return circular(List.of(path), tokens);
  }

  /** The same with paths that come in turn as the tokens do, the shorter list again and again. */
  static Requests circular(List<String> paths, List<String> tokens) {
    return new Requests(all(paths, tokens), true);
  }

  /** GETs of one path with tokens of which none comes twice. */
  static Requests once(String path, List<String> tokens) {
    return new Requests(all(List.of(path), tokens), false);
  }

  private static List<ByteBuffer> all(List<String> paths, List<String> tokens) {
    int count = Math.max(paths.size(), tokens.size());
    List<ByteBuffer> all = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      String path = paths.get(i % paths.size());
      byte[] bytes = KeepAlive.request(path, tokens.get(i % tokens.size()));
      all.add(ByteBuffer.allocateDirect(bytes.length).put(bytes).flip());
    }
    return all;
  }

  /** The same from the first on. */
  Requests rewound() {
    return new Requests(all, again);
  }

  /** How many differ. */
  int count() {
    return all.size();
  }

  /** Whether so many are left. */
  boolean hasNext(int more) {
    return again || next + more <= all.size();
  }

  ByteBuffer next() {
    if (next == all.size()) {
      next = 0;
    }
    ByteBuffer request = all.get(next).rewind();
    next++;
    return request;
  }
}

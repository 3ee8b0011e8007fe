package io.edgemint.backend;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where organisations are kept. Every call may wait for a disk or a network: never on an event
 * loop.
 */
public interface BackendStore extends AutoCloseable {
  /** All organisations at the newest version. */
  Snapshot load();

  /** One organisation at its newest version, or null if there is none. */
  @Nullable Org org(OrgId id);

  /** What changed after a snapshot; everything, if it is too old or of another history. */
  Snapshot.Changes since(Snapshot known);

  /**
   * Writes organisations and deletes others in one transaction, each with a version above all
   * earlier ones and a row in the audit trail.
   *
   * <p>A record's {@link Org#version()} says what the writer has read: 0 for an organisation that
   * does not exist yet.
   *
   * @param deleted leave a tombstone, so that their ids are never used again; what they claimed is
   *     free for those that are written
   * @return the organisations as written, with their new versions, in the order given
   * @throws Conflict if one has changed since it was read, was deleted, or claims an issuer or role
   *     that belongs to another; nothing is written then
   */
  List<Org> write(List<Org> orgs, List<Org> deleted, Change change);

  /** Writes organisations and deletes none. */
  default List<Org> write(List<Org> orgs, Change change) {
    return write(orgs, List.of(), change);
  }

  /**
   * Deletes an organisation.
   *
   * @throws Conflict if it has changed since it was read
   */
  default void delete(Org org, Change change) {
    write(List.of(), List.of(org), change);
  }

  @Override
  void close();

  /**
   * Who changes something and what the audit trail calls it.
   *
   * @param lease what the writer must still hold, or null for nothing
   */
  record Change(String actor, String action, Leases.@Nullable Lease lease) {
    private static final int MAX_LENGTH = 1000;

    /** Escapes what does not print, so that no name or reason shows itself as another. */
    public Change {
      actor = printable(actor);
      action = printable(action);
    }

    /** A change that hangs on no lease. */
    public Change(String actor, String action) {
      this(actor, action, null);
    }

    /** The text with what does not print escaped, and cut at 1,000 characters. */
    public static String printable(String text) {
      StringBuilder printed = new StringBuilder();
      text.codePoints()
          .forEach(
              character -> {
                switch (Character.getType(character)) {
                  case Character.CONTROL,
                      Character.FORMAT,
                      Character.LINE_SEPARATOR,
                      Character.PARAGRAPH_SEPARATOR,
                      Character.SURROGATE,
                      Character.PRIVATE_USE,
                      Character.UNASSIGNED ->
                      printed.append("\\u{").append(Integer.toHexString(character)).append('}');
                  default -> printed.appendCodePoint(character);
                }
              });
      if (printed.length() > MAX_LENGTH) {
        boolean halved = Character.isHighSurrogate(printed.charAt(MAX_LENGTH - 1));
        printed.setLength(halved ? MAX_LENGTH - 1 : MAX_LENGTH);
        printed.append("...");
      }
      return printed.toString();
    }
  }

  /** A write that would undo or contradict another; its message says which and what to do. */
  final class Conflict extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** States the contradiction. */
    public Conflict(String message) {
      super(message);
    }
  }
}

package io.edgemint.objects;

import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Refusal;
import io.edgemint.backend.Refused;
import io.edgemint.vault.Vault;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * An upload that is under way: all that is known of it, for nothing is stored. Sealed for its
 * organisation it is the upload's id.
 *
 * @param order what was announced
 * @param place where the object goes, as {@link Places} names it
 * @param uploadId what the storage calls an upload in parts; empty for one PUT
 * @param nonce tells this upload from all others, in the object's metadata; hexadecimal
 * @param end the first second at which it is over
 */
record UploadTicket(UploadOrder order, String place, String uploadId, String nonce, long end) {
  private static final int FORM = 1;
  private static final HexFormat HEX = HexFormat.of();

  ObjectKey key() {
    return order.key();
  }

  UploadPlan plan() {
    return UploadPlan.of(order.size());
  }

  /** The id under which the organisation goes on with it: at most 3,700 characters of an URL. */
  String seal(Vault vault, OrgId org) {
    return vault.seal(bytes(), context(org));
  }

  /**
   * Opens an id.
   *
   * @param now the present second
   * @throws Refused if it is another organisation's, none at all, or its upload is over
   */
  static UploadTicket open(String id, Vault vault, OrgId org, long now) {
    UploadTicket ticket;
    try {
      ticket = read(vault.open(id, context(org)));
    } catch (IllegalArgumentException | IOException e) {
      throw unknown("the id is none that was given to this organisation, or it was changed");
    }
    if (now >= ticket.end) {
      throw unknown("the time for it is over; begin a new one");
    }
    return ticket;
  }

  static Refused unknown(String why) {
    return new Refused(Refusal.UPLOAD_UNKNOWN, why);
  }

  private static String context(OrgId org) {
    return "upload of " + org.value();
  }

  private byte[] bytes() {
    var bytes = new ByteArrayOutputStream();
    try (var out = new DataOutputStream(bytes)) {
      out.writeByte(FORM);
      text(out, order.key().value());
      out.writeLong(order.size());
      out.write(HEX.parseHex(order.sha256()));
      text(out, order.contentType());
      out.writeBoolean(order.partDigests());
      text(out, place);
      text(out, uploadId);
      out.write(HEX.parseHex(nonce));
      out.writeLong(end);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static UploadTicket read(byte[] bytes) throws IOException {
    var in = new DataInputStream(new ByteArrayInputStream(bytes));
    if (in.readByte() != FORM) {
      throw new IOException("an id of another form");
    }
    if (!(ObjectKey.of(text(in)) instanceof ObjectKey key)) {
      throw new IOException("no key");
    }
    long size = in.readLong();
    String sha256 = HEX.formatHex(in.readNBytes(32));
    String type = text(in);
    var order = new UploadOrder(key, size, sha256, type, in.readBoolean());
    String place = text(in);
    String uploadId = text(in);
    return new UploadTicket(
        order, place, uploadId, HEX.formatHex(in.readNBytes(16)), in.readLong());
  }

  /** In UTF-8, which is shorter than that of {@link DataOutputStream#writeUTF}. */
  private static void text(DataOutputStream out, String text) throws IOException {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    out.writeShort(utf8.length);
    out.write(utf8);
  }

  private static String text(DataInputStream in) throws IOException {
    return new String(in.readNBytes(in.readUnsignedShort()), StandardCharsets.UTF_8);
  }

  /** Leaves out the storage's id, by which parts are sent. */
  @Override
  public String toString() {
    return "UploadTicket[" + order.key() + ", " + place + "]";
  }
}

package io.edgemint.delivery;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What stands before an entry in an archive ("ustar Interchange Format" and "pax Interchange
 * Format", POSIX.1-2017, pax). It says nothing of the machine that it was made on: owner and group
 * are 0, modes are 0644, or 0755 for folders and what can be run, and times are whole seconds.
 */
final class TarHeader {
  /** Everything in an archive is a whole number of these. */
  static final int BLOCK = 512;

  /** Two blocks of zeros, which end an archive. */
  static final int END = 2 * BLOCK;

  /** What eleven octal digits hold. */
  private static final long LARGEST = 077777777777L;

  private static final int NAME = 100;

  private TarHeader() {}

  /** The bytes, whole blocks; the same for the same entry. */
  static byte[] of(Entry entry) {
    byte[] name = entry.name().getBytes(StandardCharsets.UTF_8);
    byte[] records = records(entry, name);
    byte[] header = block(entry, plain(name), entry.size(), entry.isFolder() ? '5' : '0');
    if (records.length == 0) {
      return header;
    }
    String title = "PaxHeaders/" + entry.name();
    byte[] extended =
        block(entry, plain(title.getBytes(StandardCharsets.UTF_8)), records.length, 'x');
    var all = new ByteArrayOutputStream();
    all.writeBytes(extended);
    all.writeBytes(records);
    all.writeBytes(new byte[padding(records.length)]);
    all.writeBytes(header);
    return all.toByteArray();
  }

  /** What the plain header has no room for: long names, other letters, 8 GiB and more. */
  private static byte[] records(Entry entry, byte[] name) {
    var records = new ByteArrayOutputStream();
    if (name.length > NAME || !isAscii(name)) {
      records.writeBytes(record("path", entry.name()));
    }
    if (entry.size() > LARGEST) {
      records.writeBytes(record("size", Long.toString(entry.size())));
    }
    return records.toByteArray();
  }

  /** A record begins with its own length, of which the digits are a part. */
  private static byte[] record(String key, String value) {
    byte[] rest = (' ' + key + '=' + value + '\n').getBytes(StandardCharsets.UTF_8);
    int length = rest.length;
    int digits = 0;
    while (digits != Integer.toString(length).length()) {
      digits = Integer.toString(length).length();
      length = rest.length + digits;
    }
    byte[] all =
        Arrays.copyOf(Integer.toString(length).getBytes(StandardCharsets.US_ASCII), length);
    System.arraycopy(rest, 0, all, digits, rest.length);
    return all;
  }

  private static boolean isAscii(byte[] name) {
    for (byte letter : name) {
      if (letter < 0) {
        return false;
      }
    }
    return true;
  }

  /** For readers that know no records. */
  private static byte[] plain(byte[] name) {
    byte[] plain = Arrays.copyOf(name, Math.min(name.length, NAME));
    for (int i = 0; i < plain.length; i++) {
      plain[i] = plain[i] < 0 ? (byte) '_' : plain[i];
    }
    return plain;
  }

  private static byte[] block(Entry entry, byte[] name, long size, char type) {
    byte[] block = new byte[BLOCK];
    System.arraycopy(name, 0, block, 0, name.length);
    boolean runs = type != 'x' && (entry.isFolder() || entry.executable());
    octal(block, 100, 8, runs ? 0755 : 0644);
    octal(block, 108, 8, 0);
    octal(block, 116, 8, 0);
    octal(block, 124, 12, size > LARGEST ? 0 : size);
    octal(block, 136, 12, Math.clamp(entry.modified().toInstant().getEpochSecond(), 0, LARGEST));
    block[156] = (byte) type;
    put(block, 257, "ustar\0" + "00");
    octal(block, 329, 8, 0);
    octal(block, 337, 8, 0);
    checksum(block);
    return block;
  }

  /** The sum of all bytes, its own field taken for spaces. */
  private static void checksum(byte[] block) {
    put(block, 148, "        ");
    int sum = 0;
    for (byte each : block) {
      sum += each & 0xff;
    }
    octal(block, 148, 7, sum);
  }

  /** Digits with zeros before them, and a NUL behind. */
  private static void octal(byte[] block, int at, int length, long value) {
    String digits = Long.toOctalString(value);
    put(block, at, "0".repeat(length - 1 - digits.length()) + digits + '\0');
  }

  private static void put(byte[] block, int at, String ascii) {
    byte[] bytes = ascii.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(bytes, 0, block, at, bytes.length);
  }

  /** How many zeros follow so many bytes of a file. */
  static int padding(long size) {
    return (int) (-size & (BLOCK - 1));
  }
}

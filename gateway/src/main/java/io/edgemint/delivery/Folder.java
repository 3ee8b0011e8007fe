package io.edgemint.delivery;

import io.edgemint.publisher.PublishingFailed;
import io.edgemint.publisher.SourceChanged;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Everything in a folder, in the order of the bytes of its names, which is the same anywhere. */
final class Folder {
  private static final int NAMED = 20;

  /** What is held in memory, and listed in the manifest. */
  private static final int MOST = 1_000_000;

  private static final Comparator<Entry> BY_NAME =
      (a, b) ->
          Arrays.compareUnsigned(
              a.name().getBytes(StandardCharsets.UTF_8), b.name().getBytes(StandardCharsets.UTF_8));

  private final Path root;
  private final List<Entry> entries;

  private Folder(Path root, List<Entry> entries) {
    this.root = root;
    this.entries = entries;
  }

  /**
   * Lists a folder with all that lies below it. Links are never followed, so that nothing from
   * elsewhere gets into an archive by one.
   *
   * @throws PublishingFailed if there is no file in it, or what is neither file nor folder
   */
  static Folder read(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new PublishingFailed(folder + " is no folder");
    }
    Path root = folder.toRealPath();
    Walk walk = new Walk(root);
    Files.walkFileTree(root, walk);
    if (!walk.refused.isEmpty()) {
      int more = walk.refused.size() - NAMED;
      throw new PublishingFailed(
          "only files and folders are delivered; leave these out, or put what they stand for in"
              + " their place:\n  "
              + walk.refused.stream().limit(NAMED).collect(Collectors.joining("\n  "))
              + (more > 0 ? "\n  and " + more + " more" : ""));
    }
    if (walk.entries.stream().allMatch(Entry::isFolder)) {
      throw new PublishingFailed(folder + " has no file in it; there is nothing to deliver");
    }
    walk.entries.sort(BY_NAME);
    return new Folder(root, List.copyOf(walk.entries));
  }

  Path root() {
    return root;
  }

  List<Entry> entries() {
    return entries;
  }

  /**
   * Makes sure that it holds what it held, no more and no less.
   *
   * @throws SourceChanged if it does not
   */
  void checkUnchanged() throws IOException {
    Folder now;
    try {
      now = read(root);
    } catch (PublishingFailed e) {
      throw new SourceChanged(root.toString());
    }
    for (int i = 0; i < Math.max(entries.size(), now.entries.size()); i++) {
      if (i >= entries.size() || i >= now.entries.size()) {
        Entry odd = i < entries.size() ? entries.get(i) : now.entries.get(i);
        throw new SourceChanged(odd.file().toString());
      }
      Entry before = entries.get(i);
      if (!before.name().equals(now.entries.get(i).name())) {
        boolean gone = BY_NAME.compare(before, now.entries.get(i)) < 0;
        throw new SourceChanged((gone ? before : now.entries.get(i)).file().toString());
      }
      before.checkUnchanged();
    }
  }

  private static final class Walk extends SimpleFileVisitor<Path> {
    private final Path root;
    private final List<Entry> entries = new ArrayList<>();
    private final List<String> refused = new ArrayList<>();
    private final Map<Path, Integer> children = new HashMap<>();

    private Walk(Path root) {
      this.root = root;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
      count(folder);
      return FileVisitResult.CONTINUE;
    }

    private void count(Path path) {
      Path parent = path.getParent();
      if (parent != null && !path.equals(root)) {
        children.merge(parent, 1, Integer::sum);
      }
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      count(file);
      if (attributes.isRegularFile()) {
        add(file, "", attributes.size(), attributes);
      } else {
        refused.add(file + (attributes.isSymbolicLink() ? " (a symbolic link)" : " (no file)"));
      }
      return FileVisitResult.CONTINUE;
    }

    /** Of folders only the empty ones say something that the names of files do not. */
    @Override
    public FileVisitResult postVisitDirectory(
        Path folder, @org.jspecify.annotations.Nullable IOException failure) throws IOException {
      if (failure != null) {
        throw failure;
      }
      if (!folder.equals(root) && children.remove(folder) == null) {
        add(folder, "/", 0, Files.readAttributes(folder, BasicFileAttributes.class));
      }
      return FileVisitResult.CONTINUE;
    }

    private void add(Path file, String end, long size, BasicFileAttributes attributes)
        throws IOException {
      String name = root.relativize(file).toString().replace('\\', '/') + end;
      if (name.indexOf('\uFFFD') >= 0) {
        refused.add(file + " (its name is not UTF-8, or LANG names no UTF-8 locale)");
        return;
      }
      if (entries.size() == MOST) {
        throw new PublishingFailed(
            "%s holds more than %d files; deliver its folders one by one".formatted(root, MOST));
      }
      entries.add(
          new Entry(
              name,
              file,
              size,
              attributes.lastModifiedTime(),
              attributes.fileKey(),
              end.isEmpty() && isExecutable(file)));
    }

    private static boolean isExecutable(Path file) throws IOException {
      try {
        return Files.getPosixFilePermissions(file).contains(PosixFilePermission.OWNER_EXECUTE);
      } catch (UnsupportedOperationException | UncheckedIOException e) {
        return false;
      }
    }
  }
}

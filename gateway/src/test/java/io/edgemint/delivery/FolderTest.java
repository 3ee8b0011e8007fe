package io.edgemint.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.edgemint.publisher.PublishingFailed;
import io.edgemint.publisher.SourceChanged;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderTest {
  @TempDir private Path root;

  @Test
  void read_filesAndFolders_areSortedByTheirBytes() throws IOException {
    Trees.file(root, "b", "");
    Trees.file(root, "a/z", "");
    Trees.file(root, "a-", "");
    Trees.file(root, "\uE000", "");
    Trees.file(root, "\uD83D\uDE00", "");
    Files.createDirectories(root.resolve("empty/within"));

    assertThat(Folder.read(root).entries())
        .extracting(Entry::name)
        .containsExactly("a-", "a/z", "b", "empty/within/", "\uE000", "\uD83D\uDE00");
  }

  @Test
  void read_nothingButFolders_isRefused() throws IOException {
    Files.createDirectories(root.resolve("a/b"));

    assertThatThrownBy(() -> Folder.read(root))
        .isInstanceOf(PublishingFailed.class)
        .hasMessageContaining("no file in it");
    assertThatThrownBy(() -> Folder.read(root.resolve("none"))).hasMessageContaining("no folder");
  }

  @Test
  void read_links_areRefusedWithTheirPaths() throws IOException {
    Trees.file(root, "a", "");
    Files.createSymbolicLink(root.resolve("inside"), root.resolve("a"));
    Files.createSymbolicLink(root.resolve("outside"), Path.of("/etc"));
    Files.createSymbolicLink(root.resolve("nowhere"), Path.of("/nowhere"));

    assertThatThrownBy(() -> Folder.read(root))
        .isInstanceOf(PublishingFailed.class)
        .hasMessageContaining(root.toRealPath().resolve("inside") + " (a symbolic link)")
        .hasMessageContaining("outside (a symbolic link)")
        .hasMessageContaining("nowhere (a symbolic link)");
  }

  @Test
  void read_socket_isRefused() throws IOException {
    Trees.file(root, "a", "");
    try (var socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      socket.bind(UnixDomainSocketAddress.of(root.resolve("s")));

      assertThatThrownBy(() -> Folder.read(root)).hasMessageContaining("s (no file)");
    }
  }

  @Test
  void checkUnchanged_filesThatComeAndGo_areNamed() throws IOException {
    Trees.file(root, "b", "");
    Folder folder = Folder.read(root);
    folder.checkUnchanged();

    Path fresh = Trees.file(root, "a", "");
    assertThatThrownBy(folder::checkUnchanged)
        .isInstanceOf(SourceChanged.class)
        .hasMessageContaining(fresh.toRealPath().toString());
    Files.move(fresh, root.resolve("c"));
    assertThatThrownBy(folder::checkUnchanged).hasMessageContaining("/c changed");
    Files.delete(root.resolve("b"));
    assertThatThrownBy(folder::checkUnchanged).hasMessageContaining("/b changed");
    Files.delete(root.resolve("c"));
    assertThatThrownBy(folder::checkUnchanged).isInstanceOf(SourceChanged.class);
  }
}

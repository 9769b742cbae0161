package io.denim.node;

import com.google.protobuf.ByteString;
import io.denim.wire.ServerTls;
import io.denim.wire.TlsKeyPair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;

/// The files that a listener's TLS was read from, and may be read from again.
public record TlsFiles(
    Path certificate, Path privateKey, ServerTls.ClientAuth clientAuth, List<Path> clientRoots) {
  public TlsFiles {
    clientRoots = List.copyOf(clientRoots);
  }

  /// What the files hold now.
  ///
  /// @throws IOException with a message that names the file
  ServerTls read() throws IOException {
    List<ByteString> roots = new ArrayList<>();
    for (Path root : clientRoots) {
      roots.add(Listener.read(root));
    }
    return new ServerTls(
        new TlsKeyPair(Listener.read(certificate), Listener.read(privateKey)), clientAuth, roots);
  }

  /// When each file was last changed; that of a file that is not there is the beginning of time.
  List<FileTime> changes() {
    List<FileTime> times = new ArrayList<>();
    times.add(changed(certificate));
    times.add(changed(privateKey));
    for (Path root : clientRoots) {
      times.add(changed(root));
    }
    return times;
  }

  private static FileTime changed(Path file) {
    try {
      return Files.getLastModifiedTime(file);
    } catch (IOException e) {
      return FileTime.fromMillis(0);
    }
  }
}

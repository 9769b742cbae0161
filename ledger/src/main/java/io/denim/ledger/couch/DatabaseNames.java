package io.denim.ledger.couch;

import com.google.protobuf.ByteString;
import io.denim.wire.Sha256;
import java.util.regex.Pattern;

/// Names of a channel's databases (fabric v3.1.5
/// core/ledger/kvledger/txmgmt/statedb/statecouchdb/couchdbutil.go).
public final class DatabaseNames {
  private static final int MAX = 238;
  private static final int PART = 50;
  private static final Pattern ALLOWED = Pattern.compile("[a-z][a-z0-9.$_()+-]*");

  private DatabaseNames() {}

  /// The database of a channel's own documents, which also holds the empty namespace.
  public static String ofChannel(String channelId) {
    String name =
        channelId.length() > MAX
            ? channelId.substring(0, PART) + "(" + hash(channelId) + ")"
            : channelId;
    return mapped(name + "_");
  }

  /// The database of a namespace, or of a collection's hashes or clear data.
  public static String of(String channelId, String namespace) {
    StringBuilder escaped = new StringBuilder();
    for (int i = 0; i < namespace.length(); i++) {
      char c = namespace.charAt(i);
      if (c >= 'A' && c <= 'Z') {
        escaped.append('$').append((char) (c - 'A' + 'a'));
      } else {
        escaped.append(c);
      }
    }
    String name = channelId + "_" + escaped;
    if (name.length() > MAX) {
      String[] parts = escaped.toString().split("\\$\\$", -1);
      name = cut(channelId) + "_" + cut(parts[0]);
      if (parts.length == 2) {
        name += "$$" + cut(parts[1]);
      }
      name += "(" + hash(channelId + "_" + namespace) + ")";
    }
    return mapped(name);
  }

  private static String cut(String part) {
    return part.substring(0, Math.min(PART, part.length()));
  }

  private static String hash(String text) {
    return Sha256.hex(ByteString.copyFromUtf8(text));
  }

  private static String mapped(String name) {
    if (name.length() > MAX) {
      throw new IllegalArgumentException("database name is illegal, cannot be longer than " + MAX);
    }
    if (!ALLOWED.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "databaseName '%s' does not match pattern '%s'".formatted(name, ALLOWED));
    }
    return name.replace('.', '$');
  }
}

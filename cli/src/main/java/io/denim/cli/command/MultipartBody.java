package io.denim.cli.command;

import io.denim.cli.ClientException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The fields of a `multipart/form-data` request, by name. Immutable.
public final class MultipartBody {
  private static final Pattern BOUNDARY = Pattern.compile("boundary=\"?([^\";]{1,70})\"?");
  private static final Pattern NAME = Pattern.compile("[; ]name=\"([^\"]*)\"");
  private static final int MAX_FIELDS = 100;

  // As Latin-1 text, a character a byte.
  private final Map<String, String> fields;

  private MultipartBody(Map<String, String> fields) {
    this.fields = fields;
  }

  /// @param contentType of the request, which names the boundary
  /// @throws ClientException if the request is of another kind or malformed
  public static MultipartBody parse(@Nullable String contentType, byte[] body)
      throws ClientException {
    Matcher boundary = BOUNDARY.matcher(contentType == null ? "" : contentType);
    if (contentType == null || !contentType.startsWith("multipart/") || !boundary.find()) {
      throw new ClientException("request Content-Type isn't multipart/form-data");
    }
    String text = "\r\n" + new String(body, StandardCharsets.ISO_8859_1);
    String delimiter = "\r\n--" + boundary.group(1);
    Map<String, String> fields = new LinkedHashMap<>();
    int start = text.indexOf(delimiter);
    while (start >= 0 && fields.size() < MAX_FIELDS) {
      int head = start + delimiter.length();
      int end = text.indexOf(delimiter, head);
      int content = text.indexOf("\r\n\r\n", head);
      if (end < 0 || content < 0 || content > end) {
        break;
      }
      Matcher name = NAME.matcher(text.substring(head, content));
      if (name.find()) {
        fields.put(name.group(1), text.substring(content + 4, end));
      }
      start = end;
    }
    return new MultipartBody(fields);
  }

  /// The content of a field.
  ///
  /// @throws ClientException if there is none
  public byte[] required(String name) throws ClientException {
    String value = fields.get(name);
    if (value == null) {
      throw new ClientException("Error with field '" + name + "': http: no such file");
    }
    return value.getBytes(StandardCharsets.ISO_8859_1);
  }

  /// A field's text, empty if there is no such field.
  public String text(String name) {
    return new String(
        fields.getOrDefault(name, "").getBytes(StandardCharsets.ISO_8859_1),
        StandardCharsets.UTF_8);
  }
}

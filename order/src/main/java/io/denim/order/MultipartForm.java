package io.denim.order;

import com.google.protobuf.ByteString;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.multipart.DefaultHttpDataFactory;
import io.netty.handler.codec.http.multipart.FileUpload;
import io.netty.handler.codec.http.multipart.HttpPostMultipartRequestDecoder;
import io.netty.handler.codec.http.multipart.InterfaceHttpData;
import java.io.IOException;
import java.util.List;

/// The one file of a `multipart/form-data` body.
final class MultipartForm {
  private static final int MAX_PARTS = 16;

  private MultipartForm() {}

  /// @param contentType the request's header, with its boundary
  /// @param key the name that the file's part must have
  /// @throws ChannelException if the body is not such a form, or holds anything else
  static ByteString file(String contentType, byte[] body, String key) throws ChannelException {
    HttpRequest request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/");
    request.headers().set(HttpHeaderNames.CONTENT_TYPE, contentType);
    LastHttpContent content = new DefaultLastHttpContent(Unpooled.wrappedBuffer(body));
    HttpPostMultipartRequestDecoder decoder = null;
    try {
      decoder = new HttpPostMultipartRequestDecoder(new DefaultHttpDataFactory(false), request);
      decoder.offer(content); // not with the request: then what it holds would be lost if it throws
      return onlyFile(decoder.getBodyHttpDatas(), key);
    } catch (RuntimeException | IOException e) { // the decoder has more than its own for bad input
      throw invalid("cannot read form from request body: " + e.getMessage());
    } finally {
      if (decoder != null) {
        decoder.destroy();
      }
      content.release();
    }
  }

  private static ByteString onlyFile(List<InterfaceHttpData> parts, String key)
      throws ChannelException, IOException {
    if (parts.size() > MAX_PARTS) {
      throw invalid("form contains too many parts");
    }
    FileUpload found = null;
    for (InterfaceHttpData part : parts) {
      if (part instanceof FileUpload upload && part.getName().equals(key)) {
        found = upload;
      }
    }
    if (found == null) {
      throw invalid("form does not contains part key: " + key);
    }
    if (parts.size() > 1) {
      throw invalid("form contains too many parts");
    }
    return ByteString.copyFrom(found.get());
  }

  private static ChannelException invalid(String message) {
    return new ChannelException(ChannelException.Kind.INVALID, message);
  }
}

package io.denim.ledger.couch;

import com.google.protobuf.ByteString;
import io.denim.ledger.json.Json;
import io.denim.ledger.json.JsonException;
import io.denim.ledger.json.JsonParser;
import io.denim.ledger.json.JsonText;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Requests to a CouchDB server, made again where it fails (fabric v3.1.5
/// core/ledger/kvledger/txmgmt/statedb/statecouchdb/couchdb.go, handleRequest): after 125 ms, then
/// twice as long each time. Safe for use by any thread.
public final class CouchServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CouchServer.class);
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(125);
  private static final int SERVER_ERROR = 500;
  private static final int CLIENT_ERROR = 400;
  private static final int PRECONDITION_FAILED = 412;
  private static final int OLDEST = 2;

  /// What two attempts are apart.
  @FunctionalInterface
  public interface Pause {
    void pause(Duration duration) throws InterruptedException;
  }

  private final CouchSettings settings;
  private final Pause pause;
  private final HttpClient client;

  public CouchServer(CouchSettings settings, Pause pause) {
    this.settings = settings;
    this.pause = pause;
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT)
            .build();
  }

  public CouchSettings settings() {
    return settings;
  }

  /// Waits until the server answers and makes its system databases, which also tells whether user
  /// and password are right.
  ///
  /// @throws CouchException if it does not answer, refuses, or is too old
  public void connect() throws CouchException {
    Json root = request("GET", List.of(), "", null, settings.retriesOnStartup());
    if (root instanceof Json.Obj object
        && object.members().get("version") instanceof Json.Text version) {
      String major = version.value().split("\\.", 2)[0];
      if (major.length() == 1 && major.charAt(0) - '0' < OLDEST) {
        throw new CouchException(
            0,
            "unsupported",
            "CouchDB v%s detected. CouchDB must be at least version 2.0.0"
                .formatted(version.value()));
      }
    }
    for (String system : List.of("_users", "_replicator")) {
      makeDatabase(system);
    }
  }

  void makeDatabase(String name) throws CouchException {
    try {
      request("PUT", List.of(name), "", null);
      LOG.info("Created state database {}", name);
    } catch (CouchException e) {
      if (e.status() != PRECONDITION_FAILED) {
        throw e;
      }
    }
  }

  Json request(String method, List<String> path, String query, @Nullable Json body)
      throws CouchException {
    return request(method, path, query, body, settings.retries());
  }

  private Json request(
      String method, List<String> path, String query, @Nullable Json body, int retries)
      throws CouchException {
    HttpRequest request = build(method, path, query, body);
    Duration wait = FIRST_PAUSE;
    for (int attempt = 0; ; attempt++) {
      CouchException failure;
      try {
        return answer(client.send(request, HttpResponse.BodyHandlers.ofByteArray()));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new CouchException("http error calling couchdb: interrupted", e);
      } catch (IOException e) {
        failure = new CouchException("http error calling couchdb: " + e, e);
      } catch (CouchException e) {
        failure = e;
      }
      boolean again = failure.status() == 0 || failure.status() >= SERVER_ERROR;
      if (!again || attempt >= retries) {
        throw failure;
      }
      LOG.warn(
          "Attempt {} of {} returned error: {}. Retrying couchdb request in {} ms",
          attempt + 1,
          retries + 1,
          failure.getMessage(),
          wait.toMillis());
      sleep(wait);
      wait = wait.multipliedBy(2);
    }
  }

  private void sleep(Duration wait) throws CouchException {
    try {
      pause.pause(wait);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CouchException("http error calling couchdb", new InterruptedIOException());
    }
  }

  private HttpRequest build(String method, List<String> path, String query, @Nullable Json body) {
    StringBuilder uri = new StringBuilder("http://").append(settings.address());
    for (String element : path) {
      uri.append('/').append(escape(element));
    }
    if (path.isEmpty()) {
      uri.append('/');
    }
    if (!query.isEmpty()) {
      uri.append('?').append(query);
    }
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(uri.toString()))
            .timeout(settings.requestTimeout())
            .header("Accept", "application/json")
            .header("Content-Type", "application/json")
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofByteArray(JsonText.bytes(body).toByteArray()));
    CouchSettings.Login login = settings.login();
    if (login.isGiven()) {
      byte[] both = (login.username() + ":" + login.password()).getBytes(StandardCharsets.UTF_8);
      request.header("Authorization", "Basic " + Base64.getEncoder().encodeToString(both));
    }
    return request.build();
  }

  static String escape(String element) {
    return URLEncoder.encode(element, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static Json answer(HttpResponse<byte[]> response) throws CouchException {
    Json json;
    try {
      json = JsonParser.parse(ByteString.copyFrom(response.body()));
    } catch (JsonException e) {
      if (response.statusCode() < CLIENT_ERROR) {
        throw new CouchException("error unmarshalling json data: " + e.getMessage(), e);
      }
      json = Json.NULL;
    }
    if (response.statusCode() >= CLIENT_ERROR) {
      throw new CouchException(
          response.statusCode(), member(json, "error"), member(json, "reason"));
    }
    return json;
  }

  static String member(Json json, String name) {
    return json instanceof Json.Obj object && object.members().get(name) instanceof Json.Text text
        ? text.value()
        : "";
  }

  @Override
  public void close() {
    client.close();
  }
}

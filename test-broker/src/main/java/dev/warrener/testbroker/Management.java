package dev.warrener.testbroker;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** The management API of a RabbitMQ, over HTTP. Thread-safe. */
final class Management {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(3))
          .build();
  private final URI base;
  private final String authorization;

  /**
   * @param base such as {@code http://localhost:15672}
   */
  Management(URI base, String user, String password) {
    this.base = base;
    this.authorization =
        "Basic "
            + Base64.getEncoder()
                .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
  }

  /** Returns whether the API answers and accepts the user as an administrator. */
  boolean answers() {
    try {
      return send("GET", "/api/vhosts", null).statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  void createVhost(String vhost, String administrator) {
    succeed("PUT", "/api/vhosts/" + Address.escape(vhost), "{}");
    permit(vhost, administrator, ".*", ".*", ".*");
  }

  /** Deletes a vhost if it exists. */
  void deleteVhost(String vhost) {
    succeed("DELETE", "/api/vhosts/" + Address.escape(vhost), null);
  }

  void createUser(String user, String password) {
    succeed(
        "PUT",
        "/api/users/" + Address.escape(user),
        "{\"password\":" + quote(password) + ",\"tags\":\"\"}");
  }

  /** Deletes a user if it exists. */
  void deleteUser(String user) {
    succeed("DELETE", "/api/users/" + Address.escape(user), null);
  }

  void permit(String vhost, String user, String configure, String write, String read) {
    succeed(
        "PUT",
        "/api/permissions/" + Address.escape(vhost) + "/" + Address.escape(user),
        "{\"configure\":%s,\"write\":%s,\"read\":%s}"
            .formatted(quote(configure), quote(write), quote(read)));
  }

  void limitTopics(String vhost, String user, String exchange, String write, String read) {
    succeed(
        "PUT",
        "/api/topic-permissions/" + Address.escape(vhost) + "/" + Address.escape(user),
        "{\"exchange\":%s,\"write\":%s,\"read\":%s}"
            .formatted(quote(exchange), quote(write), quote(read)));
  }

  void addPolicy(String vhost, String policy, String pattern, String definition) {
    succeed(
        "PUT",
        "/api/policies/" + Address.escape(vhost) + "/" + Address.escape(policy),
        "{\"pattern\":%s,\"apply-to\":\"queues\",\"definition\":%s}"
            .formatted(quote(pattern), definition));
  }

  String describe(String vhost, String queue) {
    try {
      return send("GET", "/api/queues/" + Address.escape(vhost) + "/" + Address.escape(queue), null)
          .body();
    } catch (IOException e) {
      throw new IllegalStateException("the management API does not answer at " + base, e);
    }
  }

  /** Returns whether the node has a memory or disk alarm. */
  boolean hasAlarm() {
    try {
      return send("GET", "/api/health/checks/local-alarms", null).statusCode() == 503;
    } catch (IOException e) {
      throw new IllegalStateException("the management API does not answer at " + base, e);
    }
  }

  private void succeed(String method, String path, @Nullable String body) {
    try {
      var answer = send(method, path, body);
      boolean gone = method.equals("DELETE") && answer.statusCode() == 404;
      if (answer.statusCode() / 100 != 2 && !gone) {
        throw new IllegalStateException(
            method + " " + path + " at " + base + ": " + answer.statusCode() + " " + answer.body());
      }
    } catch (IOException e) {
      throw new IllegalStateException(
          method + " " + path + " at " + base + ": " + e.getMessage(), e);
    }
  }

  private HttpResponse<String> send(String method, String path, @Nullable String body)
      throws IOException {
    var request =
        HttpRequest.newBuilder(URI.create(base + path))
            .timeout(LIMIT)
            .header("Authorization", authorization)
            .header("Content-Type", "application/json")
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .build();
    try {
      return client.send(request, BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** Returns a JSON string. It escapes only what names and regular expressions may contain. */
  private static String quote(String text) {
    return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }
}

package io.denim.ca;

import static io.denim.ca.CaRig.object;
import static org.assertj.core.api.Assertions.assertThat;

import io.denim.ca.CaRig.Answer;
import io.denim.ca.CaRig.Enrolled;
import io.denim.identity.AlternativeNames;
import io.denim.identity.SubjectKey;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whatever comes is answered with a refusal, never with a failure of the server, and harms nobody.
class CaServerFuzzTest {
  private static final int ROUNDS = 400;
  private static final List<String> PATHS =
      List.of(
          "/enroll",
          "/api/v1/enroll",
          "/reenroll",
          "/register",
          "/revoke",
          "/gencrl",
          "/cainfo",
          "/identities",
          "/identities/admin",
          "/affiliations",
          "/affiliations/org1",
          "/certificates",
          "/identities/%2e%2e",
          "/identities//",
          "/certificates?expired_start=%ff");
  private static final List<String> METHODS = List.of("GET", "POST", "PUT", "DELETE");

  @TempDir private Path folder;

  @Test
  void answersDamagedRequests() throws Exception {
    Random random = new Random(20261121);
    try (CaRig rig = CaRig.start(folder)) {
      Enrolled admin = rig.enroll("admin", "adminpw");
      String enroll =
          CaRig.request("admin", admin.key(), AlternativeNames.of(List.of("a", "10.0.0.1")))
              .toString();
      String register =
          "{\"id\":\"u\",\"type\":\"peer\",\"attrs\":[{\"name\":\"a\",\"value\":\"b\"}],"
              + "\"max_enrollments\":2,\"affiliation\":\"org1\"}";
      for (int round = 0; round < ROUNDS; round++) {
        String path = PATHS.get(random.nextInt(PATHS.size()));
        String method = METHODS.get(random.nextInt(METHODS.size()));
        String body = damaged(random.nextBoolean() ? enroll : register, random);
        String authorization =
            switch (random.nextInt(4)) {
              case 0 -> CaRig.basic("admin", "adminpw");
              case 1 -> printable(damaged(CaRig.token(admin, method, path, body), random));
              case 2 -> printable(damaged(CaRig.basic("admin", "adminpw"), random));
              default -> CaRig.token(admin, method, path, body);
            };
        Answer answer = rig.send(method, path, body, authorization);
        assertThat(answer.status())
            .as("round %d: %s %s %s: %s", round, method, path, body, answer)
            .isNotEqualTo(500)
            .isBetween(200, 499);
      }
      assertThat(rig.as(admin, "GET", "/identities/admin", object()).status()).isEqualTo(200);
    }
  }

  @Test
  void refusesWhatIsTooLargeOrTooDeep() throws Exception {
    try (CaRig rig = CaRig.start(folder)) {
      Enrolled admin = rig.enroll("admin", "adminpw");
      String basic = CaRig.basic("admin", "adminpw");
      assertThat(rig.post("/enroll", "x".repeat(1_060_000), basic).status()).isEqualTo(413);
      assertThat(rig.post("/enroll", "[".repeat(500_000), basic).code()).isEqualTo(5);
      assertThat(rig.post("/enroll", "{\"profile\":".repeat(50_000), basic).code()).isEqualTo(5);
      assertThat(rig.as(admin, "POST", "/register", object().put("id", "x".repeat(300))).status())
          .isEqualTo(400);
      String longName = "n".repeat(70);
      rig.as(admin, "POST", "/register", object().put("id", longName).put("secret", "s"));
      assertThat(
              rig.post(
                      "/enroll",
                      CaRig.request(longName, SubjectKey.generate(256), AlternativeNames.none())
                          .toString(),
                      CaRig.basic(longName, "s"))
                  .code())
          .isEqualTo(80);
    }
  }

  private static String damaged(String text, Random random) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int changes = 1 + random.nextInt(3);
    for (int i = 0; i < changes; i++) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(128);
    }
    int length = random.nextInt(4) == 0 ? random.nextInt(bytes.length) : bytes.length;
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }

  private static String printable(String text) {
    return text.replaceAll("[^!-~ ]", "?");
  }
}

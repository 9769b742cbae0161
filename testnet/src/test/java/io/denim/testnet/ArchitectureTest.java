package io.denim.testnet;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Holds the table of rooms in `docs/architecture.md`: who may depend on whom.
class ArchitectureTest {
  /// Each room with the rooms it may use, and through them those that they may use.
  private static final Map<String, List<String>> TABLE = new LinkedHashMap<>();

  static {
    TABLE.put("metrics", List.of());
    TABLE.put("wire", List.of("metrics"));
    TABLE.put("node", List.of("wire"));
    TABLE.put("identity", List.of("wire"));
    TABLE.put("ca", List.of("identity", "node"));
    TABLE.put("policy", List.of("identity"));
    TABLE.put("channelconfig", List.of("policy", "node"));
    TABLE.put("ledger", List.of("wire"));
    TABLE.put("chaincode", List.of("ledger"));
    TABLE.put("lifecycle", List.of("chaincode", "channelconfig"));
    TABLE.put("endorse", List.of("lifecycle"));
    TABLE.put("consensus", List.of());
    TABLE.put("deliver", List.of("channelconfig", "ledger"));
    TABLE.put("order", List.of("consensus", "channelconfig", "deliver", "node"));
    TABLE.put("validate", List.of("channelconfig", "ledger"));
    TABLE.put("gossip", List.of("channelconfig"));
    TABLE.put("gateway", List.of("endorse", "deliver", "gossip"));
    TABLE.put("peer", List.of("gateway", "validate", "node"));
    TABLE.put("cli", List.of("channelconfig", "chaincode", "node"));
    TABLE.put("testnet", List.of("peer", "order", "cli", "ca"));
  }

  private static JavaClasses classes = new ClassFileImporter().importPackages("no.such.package");

  @BeforeAll
  static void readClasses() {
    classes =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.denim");
  }

  @Test
  void noRoomUsesAnotherThatTheTableDoesNotGrant() {
    for (String room : TABLE.keySet()) {
      Set<String> refused = new TreeSet<>(TABLE.keySet());
      refused.removeAll(reachable(room));
      refused.remove(room);
      if (refused.isEmpty()) {
        continue;
      }
      noClasses()
          .that()
          .resideInAPackage("io.denim." + room + "..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              refused.stream().map(each -> "io.denim." + each + "..").toArray(String[]::new))
          .because("docs/architecture.md grants " + room + " only " + reachable(room))
          .allowEmptyShould(room.equals("gossip"))
          .check(classes);
    }
  }

  @Test
  void everyClassIsInARoomOfTheTable() {
    List<String> homeless = new ArrayList<>();
    classes.forEach(each -> {
      String below = each.getPackageName().replaceFirst("^io\\.denim\\.?", "");
      if (!TABLE.containsKey(below.replaceFirst("\\..*", ""))) {
        homeless.add(each.getName());
      }
    });
    assertThat(homeless).isEmpty();
  }

  @Test
  void consensusIsPure() {
    noClasses()
        .that()
        .resideInAPackage("io.denim.consensus..")
        .should()
        .dependOnClassesThat()
        .resideOutsideOfPackages(
            "io.denim.consensus..",
            "java.lang..",
            "java.util",
            "java.util.function..",
            "java.util.random",
            "java.nio",
            "java.nio.charset..",
            "org.jspecify..")
        .because("protocol logic knows no clock, socket, file or thread")
        .check(classes);
  }

  private static Set<String> reachable(String room) {
    Set<String> reachable = new TreeSet<>();
    for (String next : TABLE.getOrDefault(room, List.of())) {
      reachable.add(next);
      reachable.addAll(reachable(next));
    }
    return reachable;
  }
}

package io.denim.channelconfig;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.hyperledger.fabric.protos.common.Config;
import org.hyperledger.fabric.protos.common.ConfigGroup;
import org.hyperledger.fabric.protos.common.ConfigPolicy;
import org.hyperledger.fabric.protos.common.ConfigUpdate;
import org.hyperledger.fabric.protos.common.ConfigValue;
import org.hyperledger.fabric.protos.common.Policy;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A computed update, applied to the configuration that it starts from, gives the one that it was
/// computed for, and writes nothing that stays as it was.
class ConfigDeltaPropertyTest {
  private static final List<String> KEYS = List.of("A", "B", "C", "D");
  private static final int RUNS = 2_000;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void anUpdateLeadsToWhatItWasComputedFor(long seed) throws Exception {
    var random = new Random(seed);
    int differing = 0;
    for (int run = 0; run < RUNS; run++) {
      ConfigGroup original = group(random, 3, true);
      ConfigGroup updated =
          random.nextInt(4) == 0 ? group(random, 3, false) : edit(original, random);
      Config from = Config.newBuilder().setChannelGroup(original).build();
      Config to = Config.newBuilder().setChannelGroup(updated).build();
      if (withoutVersions(original).equals(withoutVersions(updated))) {
        assertThatThrownBy(() -> ConfigUpdates.compute(from, to))
            .hasMessage("no differences detected between original and updated config");
        continue;
      }
      differing++;
      ConfigUpdate update = ConfigUpdates.compute(from, to);
      ConfigTree before = ConfigTree.of(Optional.of(original));
      Map<String, ConfigElement> delta =
          ConfigUpdates.delta(
              ConfigTree.of(Optional.of(update.getReadSet())),
              ConfigTree.of(Optional.of(update.getWriteSet())));
      assertThat(withoutVersions(before.with(delta).toGroup()))
          .as("seed %d run %d", seed, run)
          .isEqualTo(withoutVersions(updated));
      for (Map.Entry<String, ConfigElement> entry : delta.entrySet()) {
        ConfigElement existing = before.get(entry.getKey());
        assertThat(entry.getValue().version())
            .as("seed %d run %d, %s", seed, run, entry.getKey())
            .isEqualTo(existing == null ? 0 : existing.version() + 1);
      }
    }
    assertThat(differing).isGreaterThan(RUNS / 2);
  }

  private static ConfigGroup group(Random random, int depth, boolean versions) {
    ConfigGroup.Builder group =
        ConfigGroup.newBuilder()
            .setModPolicy(pick(random))
            .setVersion(versions ? random.nextInt(5) : 0);
    for (String key : KEYS) {
      if (random.nextBoolean()) {
        group.putValues(
            key,
            ConfigValue.newBuilder()
                .setModPolicy(pick(random))
                .setVersion(versions ? random.nextInt(5) : 0)
                .setValue(ByteString.copyFromUtf8(pick(random)))
                .build());
      }
      if (random.nextBoolean()) {
        group.putPolicies(
            key,
            ConfigPolicy.newBuilder()
                .setModPolicy(pick(random))
                .setVersion(versions ? random.nextInt(5) : 0)
                .setPolicy(Policy.newBuilder().setType(random.nextInt(4)))
                .build());
      }
      if (depth > 0 && random.nextInt(3) == 0) {
        group.putGroups(key, group(random, depth - 1, versions));
      }
    }
    return group.build();
  }

  private static ConfigGroup edit(ConfigGroup group, Random random) {
    ConfigGroup.Builder edited = group.toBuilder();
    String key = pick(random);
    switch (random.nextInt(6)) {
      case 0 -> edited.removeValues(key);
      case 1 -> edited.removePolicies(key);
      case 2 -> edited.removeGroups(key);
      case 3 -> edited.setModPolicy(pick(random));
      case 4 ->
          edited.putValues(
              key,
              ConfigValue.newBuilder()
                  .setModPolicy(pick(random))
                  .setValue(ByteString.copyFromUtf8(pick(random)))
                  .build());
      default ->
          group
              .getGroupsMap()
              .forEach((name, inner) -> edited.putGroups(name, edit(inner, random)));
    }
    return edited.build();
  }

  private static String pick(Random random) {
    return KEYS.get(random.nextInt(KEYS.size()));
  }

  private static ConfigGroup withoutVersions(ConfigGroup group) {
    ConfigGroup.Builder bare = group.toBuilder().setVersion(0);
    group.getGroupsMap().forEach((name, inner) -> bare.putGroups(name, withoutVersions(inner)));
    group
        .getValuesMap()
        .forEach((name, value) -> bare.putValues(name, value.toBuilder().setVersion(0).build()));
    group
        .getPoliciesMap()
        .forEach(
            (name, policy) -> bare.putPolicies(name, policy.toBuilder().setVersion(0).build()));
    return bare.build();
  }
}

package io.denim.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// An orderer with two channels, of which one is damaged while it is away.
@Timeout(60)
class ChannelRegistrarTest {
  @TempDir Path folder;
  private OrdererRig rig;

  @BeforeEach
  void joinTwo() throws Exception {
    rig = new OrdererRig(folder);
    try (ChannelRegistrar registrar = rig.open()) {
      for (String name : new String[] {"ch", "other"}) {
        registrar.join(name, rig.genesis(name));
        OrdererRig.order(registrar.channel(name).orElseThrow().chain(), "first");
      }
    }
  }

  @Test
  void aDamagedChannelKeepsNoOtherFromBeingServed() throws Exception {
    damage(rig.raftLog("ch"));
    try (ChannelRegistrar registrar = rig.open()) {
      assertThat(registrar.names()).containsExactly("ch", "other");
      assertThat(registrar.channel("ch")).isEmpty();
      assertThat(registrar.info("ch").participation().status()).isEqualTo("failed");
      OrdererRig.order(registrar.channel("other").orElseThrow().chain(), "second");
      assertThat(registrar.info("other").height()).isEqualTo(3);

      assertThatThrownBy(() -> registrar.join("ch", rig.genesis("ch")))
          .hasMessage("channel already exists");
      registrar.remove("ch");
      assertThat(registrar.names()).containsExactly("other");
      registrar.join("ch", rig.genesis("ch"));
      OrdererRig.order(registrar.channel("ch").orElseThrow().chain(), "again");
    }
  }

  @Test
  void channelsOfAConsensusThatIsNotKnownAreShownAsFailed() throws Exception {
    try (ChannelRegistrar registrar =
        rig.open(Map.of(SoloConsenter.TYPE, new SoloConsenter(WaitingBytes.customary())))) {
      for (String name : registrar.names()) {
        assertThat(registrar.info(name).participation())
            .isEqualTo(new Chain.Participation("other", "failed"));
      }
      assertThat(registrar.names()).hasSize(2);
    }
    try (ChannelRegistrar registrar = rig.open()) {
      assertThat(registrar.info("ch").height()).isEqualTo(2);
      assertThat(registrar.info("ch").participation().status()).isEqualTo("active");
    }
  }

  private static void damage(Path file) throws Exception {
    byte[] bytes = Files.readAllBytes(file);
    bytes[20] ^= 1;
    Files.write(file, bytes);
  }
}

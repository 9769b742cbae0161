package io.denim.benchmarks;

import io.denim.identity.Cryptogen;
import io.denim.identity.Cryptogen.OrganizationSpec;
import io.denim.identity.LocalMsp;
import io.denim.identity.MspConfigException;
import io.denim.identity.SignatureVerifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/// Organizations with one peer each, of keys made for the run.
///
/// @param peers the peers' MSPs, `Org1MSP` first
record Organizations(List<LocalMsp> peers) {
  static Organizations make(int count, SignatureVerifier verifier)
      throws IOException, MspConfigException {
    Path folder = Files.createTempDirectory("denim-benchmark");
    InstantSource clock = InstantSource.system();
    try {
      List<OrganizationSpec> specs = new ArrayList<>();
      for (int i = 1; i <= count; i++) {
        specs.add(OrganizationSpec.of("Org" + i, "org" + i + ".example.com", "peer", 1, 1));
      }
      Cryptogen.generate(folder, specs, List.of(), clock);
      List<LocalMsp> peers = new ArrayList<>();
      for (OrganizationSpec spec : specs) {
        Path peer =
            folder
                .resolve("peerOrganizations")
                .resolve(spec.domain())
                .resolve("peers/peer0." + spec.domain() + "/msp");
        peers.add(LocalMsp.load(peer, spec.name() + "MSP", verifier, clock));
      }
      return new Organizations(peers);
    } finally {
      Folders.delete(folder);
    }
  }
}

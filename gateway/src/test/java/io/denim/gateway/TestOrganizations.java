package io.denim.gateway;

import com.google.protobuf.ByteString;
import io.denim.channelconfig.BatchSize;
import io.denim.channelconfig.ChannelConfig;
import io.denim.channelconfig.GenesisBlocks;
import io.denim.channelconfig.ProfileSpec;
import io.denim.identity.Cryptogen;
import io.denim.identity.LocalMsp;
import io.denim.identity.SignatureVerifier;
import io.denim.identity.SigningIdentity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.hyperledger.fabric.protos.common.Block;

/// Two organizations and one that orders, with keys in a directory and a channel between them.
final class TestOrganizations {
  static final String CHANNEL = "mychannel";
  private final Path directory;
  private final SignatureVerifier verifier = SignatureVerifier.create();

  TestOrganizations(Path directory) throws Exception {
    this.directory = directory;
    Cryptogen.generate(
        directory,
        List.of(
            Cryptogen.OrganizationSpec.of("Org1", "org1.example.com", "peer", 2, 1),
            Cryptogen.OrganizationSpec.of("Org2", "org2.example.com", "peer", 2, 1)),
        List.of(Cryptogen.OrganizationSpec.of("Orderer", "example.com", "orderer", 1, 0)),
        Clock.systemUTC());
  }

  private Path organization(int number) {
    return directory.resolve("peerOrganizations/org" + number + ".example.com");
  }

  SigningIdentity peer(int number, int index) throws Exception {
    String name = "peer" + index + ".org" + number + ".example.com";
    return load(organization(number).resolve("peers").resolve(name).resolve("msp"), number);
  }

  SigningIdentity client(int number) throws Exception {
    return load(clientMsp(number), number);
  }

  private Path clientMsp(int number) {
    return organization(number).resolve("users/User1@org" + number + ".example.com/msp");
  }

  String clientCertificate(int number) throws Exception {
    return Files.readString(
        clientMsp(number).resolve("signcerts/User1@org" + number + ".example.com-cert.pem"));
  }

  String clientKey(int number) throws Exception {
    return Files.readString(clientMsp(number).resolve("keystore/priv_sk"));
  }

  private SigningIdentity load(Path msp, int number) throws Exception {
    return LocalMsp.load(msp, "Org" + number + "MSP", verifier, Clock.systemUTC())
        .signingIdentity();
  }

  /// The channel, ordered at these addresses.
  ChannelConfig channel(List<String> orderers) throws Exception {
    Path ordererMsp = directory.resolve("ordererOrganizations/example.com/msp");
    ProfileSpec.Orderer orderer =
        new ProfileSpec.Orderer(
            new ProfileSpec.Solo(),
            new ProfileSpec.Batch(Duration.ofSeconds(2), new BatchSize(10, 1 << 20, 1 << 19)),
            List.of(),
            0,
            List.of(organizationSpec("OrdererMSP", ordererMsp, orderers)),
            Set.of("V2_0"),
            ProfileSpec.Orderer.customaryPolicies());
    List<ProfileSpec.Organization> members = new ArrayList<>();
    for (int i = 1; i <= 2; i++) {
      members.add(organizationSpec("Org" + i + "MSP", organization(i).resolve("msp"), List.of()));
    }
    Map<String, ProfileSpec.PolicyRule> policies =
        Map.of(
            "Readers", ProfileSpec.PolicyRule.implicitMeta("ANY Readers"),
            "Writers", ProfileSpec.PolicyRule.implicitMeta("ANY Writers"),
            "Admins", ProfileSpec.PolicyRule.implicitMeta("MAJORITY Admins"),
            "Endorsement", ProfileSpec.PolicyRule.implicitMeta("MAJORITY Endorsement"),
            "LifecycleEndorsement", ProfileSpec.PolicyRule.implicitMeta("MAJORITY Endorsement"));
    Block genesis =
        GenesisBlocks.of(
            CHANNEL,
            ProfileSpec.of(
                orderer,
                new ProfileSpec.Application(members, Set.of("V2_5"), policies, Map.of()),
                Set.of("V2_0")),
            Clock.systemUTC());
    return ChannelConfig.ofBlock(genesis, verifier);
  }

  private static ProfileSpec.Organization organizationSpec(
      String mspId, Path msp, List<String> endpoints) {
    return new ProfileSpec.Organization(
        mspId,
        mspId,
        msp,
        Map.of(
            "Readers", ProfileSpec.PolicyRule.signature("OR('" + mspId + ".member')"),
            "Writers", ProfileSpec.PolicyRule.signature("OR('" + mspId + ".member')"),
            "Admins", ProfileSpec.PolicyRule.signature("OR('" + mspId + ".admin')"),
            "Endorsement", ProfileSpec.PolicyRule.signature("OR('" + mspId + ".peer')")),
        List.of(),
        endpoints,
        false);
  }

  static ByteString utf8(String text) {
    return ByteString.copyFromUtf8(text);
  }
}

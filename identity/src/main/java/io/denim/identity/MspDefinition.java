package io.denim.identity;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.hyperledger.fabric.protos.msp.FabricMSPConfig;

/// What an MSP's configuration comes to, once it has been checked.
///
/// @param admins certificates named as administrators
/// @param units the units a member must be in one of, each with the CA chains it may be under;
///   empty where no unit is asked for
record MspDefinition(
    FabricMSPConfig config,
    MspVersion version,
    HashFunction identityHash,
    HashFunction signatureHash,
    CertificateChains chains,
    List<RevocationList> revocations,
    Set<Certificate> admins,
    NodeUnits nodeUnits,
    Map<String, List<ByteString>> units) {
  MspDefinition {
    revocations = List.copyOf(revocations);
    admins = Set.copyOf(admins);
    units = Map.copyOf(units);
  }

  String mspId() {
    return config.getName();
  }

  /// The hash that stands for a path of CAs.
  ByteString certifiers(List<Certificate> chain) {
    return identityHash.of(chain.stream().map(Certificate::der).toList());
  }

  boolean supports(VerifyingKey.Algorithm algorithm) {
    return switch (algorithm) {
      case ECDSA -> true;
      case ED25519 -> version.compareTo(MspVersion.V3_0) >= 0;
      case RSA, DSA, UNKNOWN -> false;
    };
  }
}

package io.denim.identity;

import com.google.protobuf.ByteString;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.hyperledger.fabric.protos.msp.SerializedIdentity;

/// The MSPs of one channel's configuration. Identities are deserialized and chain-checked once and
/// kept, within a bound. Safe for use by any thread.
///
/// Follows fabric v3.1.5 msp/mspmgrimpl.go and msp/cache.
public final class MspManager {
  private static final int REMEMBERED_IDENTITIES = 2_000;

  /// Longer ones are read anew each time, so that a sender cannot fill the memory.
  private static final int MAX_REMEMBERED_BYTES = 8 * 1024;

  private final Map<String, Msp> msps;
  private final BoundedMemo<ByteString, Identity> identities =
      new BoundedMemo<>(REMEMBERED_IDENTITIES);

  private MspManager(Map<String, Msp> msps) {
    this.msps = msps;
  }

  /// Where two MSPs share an id, the later one counts.
  public static MspManager of(Collection<Msp> msps) {
    Map<String, Msp> byId = new LinkedHashMap<>();
    for (Msp msp : msps) {
      byId.put(msp.mspId(), msp);
    }
    return new MspManager(byId);
  }

  /// Deserializes and validates an identity.
  public IdentityOutcome identity(ByteString serializedIdentity) {
    try {
      return Msp.validated(remembered(serializedIdentity));
    } catch (RefusedException e) {
      return new IdentityOutcome.Refused(IdentityOutcome.Stage.DESERIALIZE, e.reason());
    }
  }

  /// Deserializes an identity without looking at revocation and roles, which most principals then
  /// ask for by themselves.
  public IdentityOutcome deserialize(ByteString serializedIdentity) {
    try {
      return new IdentityOutcome.Accepted(remembered(serializedIdentity));
    } catch (RefusedException e) {
      return new IdentityOutcome.Refused(IdentityOutcome.Stage.DESERIALIZE, e.reason());
    }
  }

  /// The MSP of this id.
  public Optional<Msp> msp(String mspId) {
    return Optional.ofNullable(msps.get(mspId));
  }

  /// The ids of all MSPs.
  public Set<String> mspIds() {
    return Set.copyOf(msps.keySet());
  }

  private Identity remembered(ByteString serializedIdentity) throws RefusedException {
    Optional<Identity> known = identities.get(serializedIdentity);
    if (known.isPresent()) {
      return known.get();
    }
    SerializedIdentity parsed = Msp.parse(serializedIdentity);
    Msp msp = msps.get(parsed.getMspid());
    if (msp == null) {
      throw new RefusedException("MSP " + parsed.getMspid() + " is not defined on channel");
    }
    if (serializedIdentity.size() > MAX_REMEMBERED_BYTES) {
      return msp.deserialize(serializedIdentity, parsed.getIdBytes());
    }
    // A copy, so that the identity does not keep the whole block alive that it came in.
    ByteString own = ByteString.copyFrom(serializedIdentity.toByteArray());
    Identity identity = msp.deserialize(own, parsed.getIdBytes());
    identities.put(own, identity);
    return identity;
  }
}

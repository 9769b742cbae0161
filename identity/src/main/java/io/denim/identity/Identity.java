package io.denim.identity;

import com.google.protobuf.ByteString;
import io.denim.identity.DerReader.DerException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.MSPPrincipal;
import org.jspecify.annotations.Nullable;

/// A member of an organization as a channel sees it: its certificate has a chain to the
/// organization's CAs. Immutable but for what it remembers of its own checks; safe for use by any
/// thread.
///
/// Follows fabric v3.1.5 msp/identities.go.
public final class Identity {
  private static final int REMEMBERED_PRINCIPALS = 64;

  private final Msp msp;
  private final SignatureVerifier verifier;
  private final ByteString serialized;
  private final Certificate certificate;
  private final String id;
  private final BoundedMemo<MSPPrincipal, PrincipalMatch> matches =
      new BoundedMemo<>(REMEMBERED_PRINCIPALS);
  private volatile @Nullable Lineage lineage;
  private volatile @Nullable Validity validity;

  /// The chain and what follows from it.
  ///
  /// @param refusal why there is no chain
  private record Lineage(
      List<Certificate> chain, List<UnitIdentifier> units, Optional<String> refusal) {}

  /// @param certificate sanitized
  Identity(Msp msp, SignatureVerifier verifier, ByteString serialized, Certificate certificate) {
    this.msp = msp;
    this.verifier = verifier;
    this.serialized = serialized;
    this.certificate = certificate;
    ByteString hash = msp.definition().identityHash().of(List.of(certificate.der()));
    this.id = msp.mspId() + HexFormat.of().formatHex(hash.toByteArray());
  }

  /// The organization's MSP id.
  public String mspId() {
    return msp.mspId();
  }

  /// The serialized identity as it came, in whatever spelling.
  public ByteString serialized() {
    return serialized;
  }

  /// A key for counting once whoever signs several times: the MSP id and the hash of the
  /// certificate, whatever the spelling of the serialized identity.
  public String id() {
    return id;
  }

  /// The certificate, with its issuer's signature in low-S form.
  public Certificate certificate() {
    return certificate;
  }

  /// When the certificate expires.
  public Instant notAfter() {
    return certificate.notAfter();
  }

  /// When a serialized identity's certificate expires, whoever issued it.
  ///
  /// @return empty if it holds none that can be read
  public static Optional<Instant> expiry(ByteString serialized) {
    try {
      Optional<Pem.Block> block = Pem.decode(Msp.parse(serialized).getIdBytes());
      return block.isEmpty()
          ? Optional.empty()
          : Optional.of(Certificate.ofDer(block.get().content()).notAfter());
    } catch (RefusedException | DerException e) {
      return Optional.empty();
    }
  }

  /// Whether this identity signed the message. A signature that the process has verified before, or
  /// made itself, costs only a hash.
  public boolean verify(ByteString message, ByteString signature) {
    return verifier.verify(certificate.key(), signed(message), signature);
  }

  /// What a signature of this identity covers: the message, or its digest.
  ByteString signed(ByteString message) {
    return certificate.key().algorithm() == VerifyingKey.Algorithm.ED25519
        ? message
        : msp.definition().signatureHash().of(List.of(message));
  }

  /// Whether this identity is what the principal asks for.
  public PrincipalMatch satisfies(MSPPrincipal principal) {
    Optional<PrincipalMatch> known = matches.get(principal);
    if (known.isPresent()) {
      return known.get();
    }
    PrincipalMatch match = Principals.match(msp, this, principal);
    matches.put(principal, match);
    return match;
  }

  /// Whether the identity is in order beyond its chain: not revoked, its roles unambiguous.
  public Validity validity() {
    Validity known = validity;
    if (known == null) {
      known = check();
      validity = known;
    }
    return known;
  }

  private Validity check() {
    try {
      MemberCheck.validate(msp.definition(), this);
      return new Validity.Valid();
    } catch (RefusedException e) {
      return new Validity.Invalid(e.reason());
    }
  }

  void checkValid() throws RefusedException {
    if (validity() instanceof Validity.Invalid(String reason)) {
      throw new RefusedException(reason);
    }
  }

  /// This certificate, the CAs above it, the root last.
  List<Certificate> chain() throws RefusedException {
    Lineage known = lineage();
    if (known.refusal().isPresent()) {
      throw new RefusedException(known.refusal().get());
    }
    return known.chain();
  }

  /// The organizational units under their CAs; none where there is no chain.
  List<UnitIdentifier> units() {
    return lineage().units();
  }

  private Lineage lineage() {
    Lineage known = lineage;
    if (known == null) {
      known = trace();
      lineage = known;
    }
    return known;
  }

  private Lineage trace() {
    MspDefinition definition = msp.definition();
    try {
      List<Certificate> chain = definition.chains().ofMember(certificate);
      ByteString certifiers = definition.certifiers(chain.subList(1, chain.size()));
      List<UnitIdentifier> units =
          certificate.organizationalUnits().stream()
              .map(name -> new UnitIdentifier(name, certifiers))
              .toList();
      return new Lineage(chain, units, Optional.empty());
    } catch (RefusedException e) {
      return new Lineage(List.of(), List.of(), Optional.of(e.reason()));
    }
  }

  @Override
  public String toString() {
    return "identity of " + mspId() + ": " + certificate;
  }

  /// The outcome of {@link #validity}.
  public sealed interface Validity {
    /// In order.
    record Valid() implements Validity {}

    /// Not in order.
    ///
    /// @param reason in Fabric's words
    record Invalid(String reason) implements Validity {}
  }
}

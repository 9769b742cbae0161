package io.denim.identity;

import com.google.protobuf.ByteString;
import io.denim.identity.DerReader.DerException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Signatures that are verified together, which for those of busy keys takes half of the time that
/// it takes one by one. The answers are the same. Used by one thread: signatures are added, then
/// verified, then asked for.
public final class SignatureBatch {
  private static final int LEAST = 4; // fewer cost more together than one by one

  private static final int MOST = 128; // which takes half a megabyte

  private final SignatureVerifier verifier;
  private final HotKeys hotKeys;
  private final List<Entry> entries = new ArrayList<>();
  private boolean[] good = new boolean[0];

  /// @param signed as {@link Identity#signed} gives it
  private record Entry(VerifyingKey key, ByteString signed, ByteString signature) {}

  SignatureBatch(SignatureVerifier verifier, HotKeys hotKeys) {
    this.verifier = verifier;
    this.hotKeys = hotKeys;
  }

  /// Adds a signature.
  ///
  /// @return its number, for {@link #isGood}
  public int add(Identity signer, ByteString message, ByteString signature) {
    entries.add(new Entry(signer.certificate().key(), signer.signed(message), signature));
    return entries.size() - 1;
  }

  /// Verifies what was added; good signatures are also remembered by the verifier.
  public void verify() {
    good = new boolean[entries.size()];
    List<P256Batch.Check> checks = new ArrayList<>();
    int[] numbers = new int[entries.size()];
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      P256Batch.@Nullable Check check = check(entry);
      if (verifier.isKnownGood(entry.key(), entry.signed(), entry.signature())) {
        good[i] = true;
      } else if (check != null) {
        numbers[checks.size()] = i;
        checks.add(check);
      } else {
        good[i] = verifySingly(entry);
      }
    }
    for (int from = 0; from < checks.size(); from += MOST) {
      int to = Math.min(from + MOST, checks.size());
      settle(checks.subList(from, to), Arrays.copyOfRange(numbers, from, to));
    }
  }

  private void settle(List<P256Batch.Check> checks, int[] numbers) {
    Optional<boolean[]> answers =
        checks.size() < LEAST ? Optional.empty() : P256Batch.verify(checks);
    for (int i = 0; i < numbers.length; i++) {
      Entry entry = entries.get(numbers[i]);
      if (answers.isEmpty()) {
        good[numbers[i]] = verifySingly(entry);
      } else if (answers.get()[i]) {
        good[numbers[i]] = true;
        verifier.remember(entry.key(), entry.signed(), entry.signature());
      }
    }
  }

  private boolean verifySingly(Entry entry) {
    return verifier.verify(entry.key(), entry.signed(), entry.signature());
  }

  /// Whether the signature of that number is good.
  public boolean isGood(int number) {
    return good[number];
  }

  /// A signature in the form that can be verified with others; absent if it has to be verified
  /// alone.
  private P256Batch.@Nullable Check check(Entry entry) {
    if (entry.key().algorithm() != VerifyingKey.Algorithm.ECDSA) {
      return null;
    }
    Optional<P256Table> table = hotKeys.table(entry.key());
    if (table.isEmpty()) {
      return null;
    }
    try {
      EcdsaSignature signature = EcdsaSignature.parse(entry.signature());
      return signature.isLowS(P256Order.ORDER)
              && P256Batch.Check.isPossible(entry.signed(), signature)
          ? new P256Batch.Check(table.get(), entry.signed(), signature.r(), signature.s())
          : null;
    } catch (DerException e) {
      return null;
    }
  }
}

package io.denim.identity;

/// Verifies signatures, remembering those it found good. One for the whole process; safe for use by
/// any thread.
@SuppressWarnings("DoNotCallSuggester")
public final class SignatureVerifier {
  private SignatureVerifier() {}

  /// @param remembered how many good signatures are kept; 32 bytes each and the map's overhead
  public static SignatureVerifier remembering(int remembered) {
    throw new UnsupportedOperationException("" + remembered);
  }

  /// A verifier with room for what a busy node sees in some seconds: 100,000 signatures.
  public static SignatureVerifier create() {
    return remembering(100_000);
  }
}

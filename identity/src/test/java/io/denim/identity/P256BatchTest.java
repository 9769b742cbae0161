package io.denim.identity;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.denim.wire.Crypto;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Many signatures verified at once give the same answers as one by one by the provider.
class P256BatchTest {
  private static final BigInteger N = P256Order.ORDER;
  private final Random random = new Random(5);

  private record Key(KeyPair pair, P256Table table) {
    static Key generate() throws Exception {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair pair = generator.generateKeyPair();
      var point = ((ECPublicKey) pair.getPublic()).getW();
      return new Key(pair, P256Table.of(point.getAffineX(), point.getAffineY()));
    }

    EcdsaSignature sign(byte[] digest) throws Exception {
      Signature signer = Crypto.signature("NONEwithECDSA");
      signer.initSign(pair.getPrivate());
      signer.update(digest);
      return EcdsaSignature.parse(ByteString.copyFrom(signer.sign()));
    }

    boolean verify(P256Batch.Check check) throws Exception {
      Signature verifier = Crypto.signature("NONEwithECDSA");
      verifier.initVerify(
          Crypto.keyFactory("EC")
              .generatePublic(
                  new java.security.spec.X509EncodedKeySpec(pair.getPublic().getEncoded())));
      verifier.update(check.digest().toByteArray());
      try {
        return verifier.verify(new EcdsaSignature(check.r(), check.s()).der().toByteArray());
      } catch (java.security.SignatureException e) {
        return false;
      }
    }
  }

  @Test
  void answersAsTheProviderDoes() throws Exception {
    List<Key> keys = List.of(Key.generate(), Key.generate(), Key.generate());
    List<P256Batch.Check> checks = new ArrayList<>();
    List<Boolean> expected = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      Key key = keys.get(random.nextInt(keys.size()));
      byte[] digest = digest(i);
      EcdsaSignature signature = key.sign(digest);
      P256Batch.Check check = spoil(key, digest, signature, i % 8);
      checks.add(check);
      expected.add(key.verify(check));
    }
    boolean[] found = P256Batch.verify(checks).orElseThrow();
    for (int i = 0; i < found.length; i++) {
      assertThat(found[i]).as("signature %d", i).isEqualTo(expected.get(i));
    }
    assertThat(expected).contains(true, false);
  }

  private byte[] digest(int i) {
    byte[] digest = new byte[32];
    switch (i % 5) {
      case 0 -> java.util.Arrays.fill(digest, (byte) 0xff); // above the order
      case 1 -> digest[31] = 2;
      default -> random.nextBytes(digest);
    }
    return digest;
  }

  private P256Batch.Check spoil(Key key, byte[] digest, EcdsaSignature signature, int how) {
    BigInteger r = signature.r();
    BigInteger s = signature.s();
    byte[] changed = digest.clone();
    switch (how) {
      case 1 -> r = r.add(BigInteger.ONE).mod(N).max(BigInteger.ONE);
      case 2 -> s = N.subtract(s); // as good as the other one
      case 3 -> s = s.flipBit(random.nextInt(250)).mod(N).max(BigInteger.ONE);
      case 4 -> changed[random.nextInt(32)] ^= 1;
      case 5 -> r = N.subtract(BigInteger.ONE);
      default -> {
        return new P256Batch.Check(key.table(), ByteString.copyFrom(digest), r, s);
      }
    }
    return new P256Batch.Check(key.table(), ByteString.copyFrom(changed), r, s);
  }

  @Test
  void smallNumbersAndTheirOppositesAreHandled() throws Exception {
    Key key = Key.generate();
    List<P256Batch.Check> checks = new ArrayList<>();
    for (int i = 1; i < 40; i++) {
      byte[] digest = new byte[32];
      digest[31] = (byte) i;
      BigInteger small = BigInteger.valueOf(i);
      for (BigInteger r : List.of(small, N.subtract(small))) {
        for (BigInteger s : List.of(BigInteger.ONE, BigInteger.TWO, N.subtract(BigInteger.ONE))) {
          checks.add(new P256Batch.Check(key.table(), ByteString.copyFrom(digest), r, s));
        }
      }
    }
    boolean[] found = P256Batch.verify(checks).orElseThrow();
    for (int i = 0; i < found.length; i++) {
      assertThat(found[i]).isEqualTo(key.verify(checks.get(i)));
    }
  }

  /// Signatures whose `x` is the order or more: `r` is what is left of it.
  @Test
  void aPointWhoseXExceedsTheOrderIsRecognized() {
    BigInteger p = P256Field.PRIME;
    BigInteger b =
        new BigInteger("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b", 16);
    BigInteger x = N;
    BigInteger y = BigInteger.ZERO;
    boolean found = false;
    while (!found) {
      BigInteger right = x.pow(3).subtract(x.multiply(BigInteger.valueOf(3))).add(b).mod(p);
      y = right.modPow(p.add(BigInteger.ONE).shiftRight(2), p);
      found = y.multiply(y).mod(p).equals(right);
      x = found ? x : x.add(BigInteger.ONE);
    }
    // With the key Q = R - G and u1 = u2 = 1, the signature's point is R = (x, y).
    BigInteger r = x.subtract(N);
    BigInteger gx =
        new BigInteger("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296", 16);
    BigInteger gy =
        new BigInteger("4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5", 16);
    BigInteger slope = gy.negate().subtract(y).multiply(gx.subtract(x).modInverse(p)).mod(p);
    BigInteger qx = slope.multiply(slope).subtract(x).subtract(gx).mod(p);
    BigInteger qy = slope.multiply(x.subtract(qx)).subtract(y).mod(p);
    if (r.signum() == 0) {
      return;
    }
    byte[] digest = new byte[32];
    byte[] bytes = r.toByteArray();
    System.arraycopy(bytes, 0, digest, 32 - bytes.length, bytes.length);
    P256Batch.Check check =
        new P256Batch.Check(P256Table.of(qx, qy), ByteString.copyFrom(digest), r, r);
    assertThat(P256Batch.verify(List.of(check)))
        .hasValueSatisfying(good -> assertThat(good).containsExactly(true));
  }

  /// Whoever knows a key's discrete logarithm can make the two points of a pair the same.
  @Test
  void thereIsNoAnswerWhereTheFormulasDoNotHold() {
    P256Batch.Check check =
        new P256Batch.Check(
            P256Table.GENERATOR,
            ByteString.copyFrom(BigInteger.ONE.shiftLeft(248).toByteArray()),
            BigInteger.ONE.shiftLeft(248),
            BigInteger.ONE);
    assertThat(check.digest().size()).isEqualTo(32);
    assertThat(P256Batch.verify(List.of(check))).isEmpty();
  }
}

package io.denim.policy;

import com.google.protobuf.ByteString;

/// Bytes, who claims to have signed them, and the signature (fabric v3.1.5
/// protoutil/signeddata.go).
///
/// @param data what was signed
/// @param identity a serialized identity
/// @param signature over data
public record SignedData(ByteString data, ByteString identity, ByteString signature) {}

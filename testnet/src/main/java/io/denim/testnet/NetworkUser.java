package io.denim.testnet;

import java.nio.file.Path;

/// As whom a client acts.
///
/// @param certificate a PEM file
/// @param privateKey a PEM file
public record NetworkUser(String mspId, Path certificate, Path privateKey) {}

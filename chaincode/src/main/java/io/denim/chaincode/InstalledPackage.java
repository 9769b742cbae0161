package io.denim.chaincode;

/// A package that this peer holds.
///
/// @param packageId `label:hash`
public record InstalledPackage(String packageId, String label) {}

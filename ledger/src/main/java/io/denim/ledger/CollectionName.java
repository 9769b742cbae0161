package io.denim.ledger;

/// A private-data collection of a chaincode.
public record CollectionName(String namespace, String collection) {}

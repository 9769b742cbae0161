package io.denim.lifecycle;

import com.google.protobuf.ByteString;
import org.hyperledger.fabric.protos.peer.CollectionConfigPackage;

/// What this peer tells others about a chaincode on a channel (fabric v3.1.5 common/chaincode).
///
/// @param sequence tells versions apart; the definition's version need not change
/// @param endorsementPolicy a serialized `ApplicationPolicy`
/// @param approved whether this peer's organization approved the definition
/// @param installed whether this peer holds the package, and so can run it
public record DefinedChaincode(
    String name,
    long sequence,
    ByteString endorsementPolicy,
    CollectionConfigPackage collections,
    boolean approved,
    boolean installed) {}

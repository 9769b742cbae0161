package io.denim.gateway;

import com.google.protobuf.ByteString;
import java.util.List;
import org.hyperledger.fabric.protos.peer.StaticCollectionConfig;

/// What a channel has agreed on about a chaincode, as far as choosing endorsers needs it.
///
/// @param sequence of the definition; peers tell it as the chaincode's version
/// @param endorsementPolicy a serialized `ApplicationPolicy`
/// @param collections without the implicit ones
public record DefinedChaincode(
    long sequence, ByteString endorsementPolicy, List<StaticCollectionConfig> collections) {
  public DefinedChaincode {
    collections = List.copyOf(collections);
  }
}

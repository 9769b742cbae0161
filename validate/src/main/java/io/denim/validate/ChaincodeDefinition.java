package io.denim.validate;

import com.google.protobuf.ByteString;
import java.util.List;
import org.hyperledger.fabric.protos.peer.StaticCollectionConfig;

/// What a channel has agreed on for a chaincode, as far as validation asks.
///
/// @param validationPlugin `vscc` but for chaincodes with checks of their own
/// @param validationParameter a serialized `ApplicationPolicy`: who must endorse
/// @param collections the explicit private-data collections
public record ChaincodeDefinition(
    String validationPlugin,
    ByteString validationParameter,
    List<StaticCollectionConfig> collections) {
  public ChaincodeDefinition {
    collections = List.copyOf(collections);
  }
}

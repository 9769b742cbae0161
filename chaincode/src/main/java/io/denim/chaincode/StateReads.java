package io.denim.chaincode;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.ledger.SimulationException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.hyperledger.fabric.protos.peer.ChaincodeMessage;
import org.hyperledger.fabric.protos.peer.GetState;
import org.hyperledger.fabric.protos.peer.GetStateMetadata;
import org.hyperledger.fabric.protos.peer.GetStateMultiple;
import org.hyperledger.fabric.protos.peer.GetStateMultipleResult;
import org.hyperledger.fabric.protos.peer.StateMetadata;
import org.hyperledger.fabric.protos.peer.StateMetadataResult;

/// Requests that read keys.
final class StateReads {
  private final CollectionAccess access;
  private final ChannelFeatures features;

  StateReads(CollectionAccess access, ChannelFeatures features) {
    this.access = access;
    this.features = features;
  }

  ByteString state(ChaincodeMessage request, TransactionContext context)
      throws InvalidProtocolBufferException, SimulationException {
    GetState get = GetState.parseFrom(request.getPayload());
    String collection = get.getCollection();
    if (collection.isEmpty()) {
      return orEmpty(context.simulator.state(context.namespace(), get.getKey()));
    }
    access.checkRead(context, collection);
    return orEmpty(context.simulator.privateData(context.namespace(), collection, get.getKey()));
  }

  ByteString states(ChaincodeMessage request, TransactionContext context)
      throws InvalidProtocolBufferException, SimulationException {
    GetStateMultiple get = GetStateMultiple.parseFrom(request.getPayload());
    List<String> keys = List.copyOf(get.getKeysList());
    String collection = get.getCollection();
    List<Optional<ByteString>> values;
    if (collection.isEmpty()) {
      values = context.simulator.states(context.namespace(), keys);
    } else {
      access.checkRead(context, collection);
      values = context.simulator.privateData(context.namespace(), collection, keys);
    }
    GetStateMultipleResult.Builder result = GetStateMultipleResult.newBuilder();
    for (Optional<ByteString> value : values) {
      result.addValues(orEmpty(value));
    }
    return result.build().toByteString();
  }

  /// Members and others alike may read the hash.
  ByteString privateDataHash(ChaincodeMessage request, TransactionContext context)
      throws InvalidProtocolBufferException, SimulationException {
    GetState get = GetState.parseFrom(request.getPayload());
    CollectionAccess.checkNotInit(context);
    return orEmpty(
        context.simulator.privateDataHash(context.namespace(), get.getCollection(), get.getKey()));
  }

  ByteString metadata(ChaincodeMessage request, TransactionContext context)
      throws InvalidProtocolBufferException, SimulationException {
    features.checkKeyLevelEndorsement(request.getChannelId());
    GetStateMetadata get = GetStateMetadata.parseFrom(request.getPayload());
    String collection = get.getCollection();
    Map<String, ByteString> entries;
    if (collection.isEmpty()) {
      entries = context.simulator.stateMetadata(context.namespace(), get.getKey());
    } else {
      access.checkRead(context, collection);
      entries =
          context.simulator.privateDataMetadata(context.namespace(), collection, get.getKey());
    }
    StateMetadataResult.Builder result = StateMetadataResult.newBuilder();
    entries.forEach((name, value) ->
        result.addEntries(StateMetadata.newBuilder().setMetakey(name).setValue(value)));
    return result.build().toByteString();
  }

  private static ByteString orEmpty(Optional<ByteString> value) {
    return value.orElse(ByteString.EMPTY);
  }
}

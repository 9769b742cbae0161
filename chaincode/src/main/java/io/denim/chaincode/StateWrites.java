package io.denim.chaincode;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.ledger.SimulationException;
import java.util.Map;
import org.hyperledger.fabric.protos.peer.ChaincodeMessage;
import org.hyperledger.fabric.protos.peer.DelState;
import org.hyperledger.fabric.protos.peer.PutState;
import org.hyperledger.fabric.protos.peer.PutStateMetadata;
import org.hyperledger.fabric.protos.peer.StateMetadata;
import org.hyperledger.fabric.protos.peer.WriteBatchState;
import org.hyperledger.fabric.protos.peer.WriteRecord;

/// Requests that write keys, one by one or in v3.1's batches.
final class StateWrites {
  private final CollectionAccess access;
  private final ChannelFeatures features;

  StateWrites(CollectionAccess access, ChannelFeatures features) {
    this.access = access;
    this.features = features;
  }

  ByteString put(ChaincodeMessage request, TransactionContext context)
      throws InvalidProtocolBufferException, SimulationException {
    PutState put = PutState.parseFrom(request.getPayload());
    put(context, put.getCollection(), put.getKey(), put.getValue());
    return ByteString.EMPTY;
  }

  ByteString delete(ChaincodeMessage request, TransactionContext context)
      throws InvalidProtocolBufferException, SimulationException {
    DelState delete = DelState.parseFrom(request.getPayload());
    delete(context, delete.getCollection(), delete.getKey());
    return ByteString.EMPTY;
  }

  ByteString purge(ChaincodeMessage request, TransactionContext context)
      throws InvalidProtocolBufferException, SimulationException {
    DelState purge = DelState.parseFrom(request.getPayload());
    purge(context, purge.getCollection(), purge.getKey());
    return ByteString.EMPTY;
  }

  ByteString putMetadata(ChaincodeMessage request, TransactionContext context)
      throws InvalidProtocolBufferException, SimulationException {
    PutStateMetadata put = PutStateMetadata.parseFrom(request.getPayload());
    putMetadata(context, put.getCollection(), put.getKey(), put.getMetadata());
    return ByteString.EMPTY;
  }

  ByteString batch(ChaincodeMessage request, TransactionContext context)
      throws InvalidProtocolBufferException, SimulationException {
    WriteBatchState batch = WriteBatchState.parseFrom(request.getPayload());
    for (WriteRecord write : batch.getRecList()) {
      switch (write.getType()) {
        case PUT_STATE -> put(context, write.getCollection(), write.getKey(), write.getValue());
        case DEL_STATE -> delete(context, write.getCollection(), write.getKey());
        case PURGE_PRIVATE_DATA -> purge(context, write.getCollection(), write.getKey());
        case PUT_STATE_METADATA ->
            putMetadata(context, write.getCollection(), write.getKey(), write.getMetadata());
        default -> throw new SimulationException("unknown operation type");
      }
    }
    return ByteString.EMPTY;
  }

  private void put(TransactionContext context, String collection, String key, ByteString value)
      throws SimulationException {
    if (collection.isEmpty()) {
      context.simulator.setState(context.namespace(), key, value);
    } else {
      access.checkWrite(context, collection);
      context.simulator.setPrivateData(context.namespace(), collection, key, value);
    }
  }

  private void delete(TransactionContext context, String collection, String key)
      throws SimulationException {
    if (collection.isEmpty()) {
      context.simulator.deleteState(context.namespace(), key);
    } else {
      access.checkWrite(context, collection);
      context.simulator.deletePrivateData(context.namespace(), collection, key);
    }
  }

  private void purge(TransactionContext context, String collection, String key)
      throws SimulationException {
    features.checkPurgePrivateData(context.channelId());
    if (collection.isEmpty()) {
      throw new SimulationException("only applicable for private data");
    }
    access.checkWrite(context, collection);
    context.simulator.purgePrivateData(context.namespace(), collection, key);
  }

  private void putMetadata(
      TransactionContext context, String collection, String key, StateMetadata metadata)
      throws SimulationException {
    features.checkKeyLevelEndorsement(context.channelId());
    Map<String, ByteString> entries = Map.of(metadata.getMetakey(), metadata.getValue());
    if (collection.isEmpty()) {
      context.simulator.setStateMetadata(context.namespace(), key, entries);
    } else {
      access.checkWrite(context, collection);
      context.simulator.setPrivateDataMetadata(context.namespace(), collection, key, entries);
    }
  }
}

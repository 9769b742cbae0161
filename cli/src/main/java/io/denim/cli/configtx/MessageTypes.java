package io.denim.cli.configtx;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.hyperledger.fabric.protos.common.ConfigTxProto;
import org.hyperledger.fabric.protos.common.LedgerProto;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVRWSetProto;
import org.hyperledger.fabric.protos.orderer.AbProto;
import org.hyperledger.fabric.protos.orderer.etcdraft.MetadataProto;
import org.hyperledger.fabric.protos.peer.EventsProto;
import org.hyperledger.fabric.protos.peer.lifecycle.ChaincodeDefinitionProto;
import org.hyperledger.fabric.protos.peer.lifecycle.DbProto;
import org.hyperledger.fabric.protos.peer.lifecycle.LifecycleProto;

/// The messages of Fabric's protos by their full names, such as `common.Config`.
final class MessageTypes {
  private static final List<FileDescriptor> FILES =
      List.of(
          ConfigTxProto.getDescriptor(),
          org.hyperledger.fabric.protos.common.ConfigurationProto.getDescriptor(),
          LedgerProto.getDescriptor(),
          AbProto.getDescriptor(),
          org.hyperledger.fabric.protos.orderer.ConfigurationProto.getDescriptor(),
          org.hyperledger.fabric.protos.orderer.etcdraft.ConfigurationProto.getDescriptor(),
          MetadataProto.getDescriptor(),
          org.hyperledger.fabric.protos.orderer.smartbft.ConfigurationProto.getDescriptor(),
          org.hyperledger.fabric.protos.peer.ConfigurationProto.getDescriptor(),
          EventsProto.getDescriptor(),
          org.hyperledger.fabric.protos.peer.TransactionProto.getDescriptor(),
          org.hyperledger.fabric.protos.peer.QueryProto.getDescriptor(),
          org.hyperledger.fabric.protos.peer.CollectionProto.getDescriptor(),
          org.hyperledger.fabric.protos.peer.ResourcesProto.getDescriptor(),
          org.hyperledger.fabric.protos.msp.MSPConfigProto.getDescriptor(),
          org.hyperledger.fabric.protos.msp.IdentitiesProto.getDescriptor(),
          KVRWSetProto.getDescriptor(),
          DbProto.getDescriptor(),
          LifecycleProto.getDescriptor(),
          ChaincodeDefinitionProto.getDescriptor());

  private MessageTypes() {}

  /// An empty message of the type.
  static Optional<Message> find(String fullName) {
    Deque<FileDescriptor> left = new ArrayDeque<>(FILES);
    Set<String> seen = new HashSet<>();
    while (!left.isEmpty()) {
      FileDescriptor file = left.removeFirst();
      if (!seen.add(file.getFullName())) {
        continue;
      }
      left.addAll(file.getDependencies());
      String prefix = file.getPackage().isEmpty() ? "" : file.getPackage() + ".";
      if (fullName.startsWith(prefix)) {
        Optional<Message> found = in(file, fullName.substring(prefix.length()));
        if (found.isPresent()) {
          return found;
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<Message> in(FileDescriptor file, String name) {
    String[] parts = name.split("\\.", -1);
    Descriptor type = file.findMessageTypeByName(parts[0]);
    for (int i = 1; i < parts.length && type != null; i++) {
      type = type.findNestedTypeByName(parts[i]);
    }
    return type == null ? Optional.empty() : Optional.of(DynamicMessage.getDefaultInstance(type));
  }
}

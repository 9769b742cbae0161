package io.denim.cli.configtx;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Empty;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.ChannelHeader;
import org.hyperledger.fabric.protos.common.ConfigEnvelope;
import org.hyperledger.fabric.protos.common.ConfigUpdate;
import org.hyperledger.fabric.protos.common.ConfigUpdateEnvelope;
import org.hyperledger.fabric.protos.common.ConfigValue;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.Header;
import org.hyperledger.fabric.protos.common.HeaderType;
import org.hyperledger.fabric.protos.common.ImplicitMetaPolicy;
import org.hyperledger.fabric.protos.common.MSPPrincipal;
import org.hyperledger.fabric.protos.common.MSPRole;
import org.hyperledger.fabric.protos.common.OrganizationUnit;
import org.hyperledger.fabric.protos.common.Payload;
import org.hyperledger.fabric.protos.common.Policy;
import org.hyperledger.fabric.protos.common.SignatureHeader;
import org.hyperledger.fabric.protos.common.SignaturePolicyEnvelope;
import org.hyperledger.fabric.protos.ledger.rwset.TxReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.HashedRWSet;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVRWSet;
import org.hyperledger.fabric.protos.msp.FabricMSPConfig;
import org.hyperledger.fabric.protos.msp.IdemixMSPConfig;
import org.hyperledger.fabric.protos.msp.SerializedIdentity;
import org.hyperledger.fabric.protos.orderer.etcdraft.ConfigMetadata;
import org.hyperledger.fabric.protos.orderer.smartbft.Options;
import org.hyperledger.fabric.protos.peer.ChaincodeAction;
import org.hyperledger.fabric.protos.peer.ChaincodeActionPayload;
import org.hyperledger.fabric.protos.peer.ChaincodeEvent;
import org.hyperledger.fabric.protos.peer.ChaincodeHeaderExtension;
import org.hyperledger.fabric.protos.peer.ChaincodeInvocationSpec;
import org.hyperledger.fabric.protos.peer.ChaincodeProposalPayload;
import org.hyperledger.fabric.protos.peer.ProposalResponsePayload;
import org.hyperledger.fabric.protos.peer.Transaction;

/// Which fields of bytes hold a message, and of what type (fabric v3.1.5 vendors fabric-config
/// protolator/protoext).
final class OpaqueFields {
  private OpaqueFields() {}

  /// Whether the field's bytes are a message, for messages outside of groups.
  static boolean contains(FieldDescriptor field) {
    return switch (field.getFullName()) {
      case "common.Envelope.payload",
          "common.Payload.data",
          "common.Header.channel_header",
          "common.Header.signature_header",
          "common.ChannelHeader.extension",
          "common.SignatureHeader.creator",
          "common.BlockData.data",
          "common.ConfigUpdateEnvelope.config_update",
          "common.ConfigSignature.signature_header",
          "common.Policy.value",
          "common.MSPPrincipal.principal",
          "msp.MSPConfig.config",
          "orderer.ConsensusType.metadata",
          "protos.ChaincodeProposalPayload.input",
          "protos.ChaincodeAction.results",
          "protos.ChaincodeAction.events",
          "protos.ProposalResponsePayload.extension",
          "protos.TransactionAction.header",
          "protos.TransactionAction.payload",
          "protos.ChaincodeActionPayload.chaincode_proposal_payload",
          "protos.ChaincodeEndorsedAction.proposal_response_payload",
          "rwset.NsReadWriteSet.rwset",
          "rwset.CollectionHashedReadWriteSet.hashed_rwset" ->
          true;
      default -> false;
    };
  }

  /// An empty message of the type that the field holds.
  ///
  /// @param owner with all its other fields, which may tell the type
  /// @throws InvalidProtocolBufferException if the other fields do not tell it
  static Message prototype(MessageOrBuilder owner, FieldDescriptor field)
      throws InvalidProtocolBufferException {
    return switch (field.getFullName()) {
      case "common.Envelope.payload" -> Payload.getDefaultInstance();
      case "common.Payload.data" -> data(owner);
      case "common.Header.channel_header" -> ChannelHeader.getDefaultInstance();
      case "common.Header.signature_header",
          "common.ConfigSignature.signature_header",
          "protos.TransactionAction.header" ->
          SignatureHeader.getDefaultInstance();
      case "common.ChannelHeader.extension" -> extension(owner);
      case "common.SignatureHeader.creator" -> SerializedIdentity.getDefaultInstance();
      case "common.BlockData.data" -> Envelope.getDefaultInstance();
      case "common.ConfigUpdateEnvelope.config_update" -> ConfigUpdate.getDefaultInstance();
      case "common.Policy.value" -> policy(owner);
      case "common.MSPPrincipal.principal" -> principal(owner);
      case "msp.MSPConfig.config" -> msp(owner);
      case "orderer.ConsensusType.metadata" -> consensus(owner);
      case "protos.ChaincodeProposalPayload.input" -> ChaincodeInvocationSpec.getDefaultInstance();
      case "protos.ChaincodeAction.results" -> TxReadWriteSet.getDefaultInstance();
      case "protos.ChaincodeAction.events" -> ChaincodeEvent.getDefaultInstance();
      case "protos.ProposalResponsePayload.extension" -> ChaincodeAction.getDefaultInstance();
      case "protos.TransactionAction.payload" -> ChaincodeActionPayload.getDefaultInstance();
      case "protos.ChaincodeActionPayload.chaincode_proposal_payload" ->
          ChaincodeProposalPayload.getDefaultInstance();
      case "protos.ChaincodeEndorsedAction.proposal_response_payload" ->
          ProposalResponsePayload.getDefaultInstance();
      case "rwset.NsReadWriteSet.rwset" -> KVRWSet.getDefaultInstance();
      case "rwset.CollectionHashedReadWriteSet.hashed_rwset" -> HashedRWSet.getDefaultInstance();
      default -> throw new IllegalArgumentException(field.getFullName() + " holds no message");
    };
  }

  private static Message data(MessageOrBuilder payload) throws InvalidProtocolBufferException {
    if (!payload.hasField(field(payload, "header"))) {
      throw new InvalidProtocolBufferException(
          "cannot determine payload type when header is missing");
    }
    Header header = Header.parseFrom(bytes(payload, "header"));
    int type = ChannelHeader.parseFrom(header.getChannelHeader()).getType();
    HeaderType known = HeaderType.forNumber(type);
    return switch (known == null ? HeaderType.UNRECOGNIZED : known) {
      case CONFIG -> ConfigEnvelope.getDefaultInstance();
      case ORDERER_TRANSACTION -> Envelope.getDefaultInstance();
      case CONFIG_UPDATE -> ConfigUpdateEnvelope.getDefaultInstance();
      case MESSAGE -> ConfigValue.getDefaultInstance();
      case ENDORSER_TRANSACTION -> Transaction.getDefaultInstance();
      default ->
          throw new InvalidProtocolBufferException("decoding type " + type + " is unimplemented");
    };
  }

  private static Message extension(MessageOrBuilder header) throws InvalidProtocolBufferException {
    int type = number(header, "type");
    if (type != HeaderType.ENDORSER_TRANSACTION.getNumber()) {
      throw new InvalidProtocolBufferException(
          "channel header extension only valid for endorser transactions");
    }
    return ChaincodeHeaderExtension.getDefaultInstance();
  }

  private static Message policy(MessageOrBuilder policy) throws InvalidProtocolBufferException {
    int type = number(policy, "type");
    return switch (type) {
      case Policy.PolicyType.SIGNATURE_VALUE -> SignaturePolicyEnvelope.getDefaultInstance();
      case Policy.PolicyType.IMPLICIT_META_VALUE -> ImplicitMetaPolicy.getDefaultInstance();
      default -> throw new InvalidProtocolBufferException("unable to decode policy type: " + type);
    };
  }

  private static Message principal(MessageOrBuilder principal)
      throws InvalidProtocolBufferException {
    int type =
        ((com.google.protobuf.Descriptors.EnumValueDescriptor)
                principal.getField(field(principal, "principal_classification")))
            .getNumber();
    return switch (type) {
      case MSPPrincipal.Classification.ROLE_VALUE -> MSPRole.getDefaultInstance();
      case MSPPrincipal.Classification.ORGANIZATION_UNIT_VALUE ->
          OrganizationUnit.getDefaultInstance();
      case MSPPrincipal.Classification.IDENTITY_VALUE -> SerializedIdentity.getDefaultInstance();
      default -> throw new InvalidProtocolBufferException("unable to decode MSP type: " + type);
    };
  }

  private static Message msp(MessageOrBuilder config) throws InvalidProtocolBufferException {
    int type = number(config, "type");
    return switch (type) {
      case 0 -> FabricMSPConfig.getDefaultInstance();
      case 1 -> IdemixMSPConfig.getDefaultInstance();
      default -> throw new InvalidProtocolBufferException("unable to decode MSP type: " + type);
    };
  }

  private static Message consensus(MessageOrBuilder type) {
    return switch (String.valueOf(type.getField(field(type, "type")))) {
      case "etcdraft" -> ConfigMetadata.getDefaultInstance();
      case "BFT" -> Options.getDefaultInstance();
      default -> Empty.getDefaultInstance();
    };
  }

  private static int number(MessageOrBuilder owner, String name) {
    return (Integer) owner.getField(field(owner, name));
  }

  private static ByteString bytes(MessageOrBuilder owner, String name) {
    return ((Message) owner.getField(field(owner, name))).toByteString();
  }

  private static FieldDescriptor field(MessageOrBuilder owner, String name) {
    for (FieldDescriptor field : owner.getDescriptorForType().getFields()) {
      if (field.getName().equals(name)) {
        return field;
      }
    }
    throw new IllegalArgumentException(
        owner.getDescriptorForType().getFullName() + " has no field " + name);
  }

  /// The type of the group in this field, if it is the root of a configuration.
  static Optional<GroupType> root(FieldDescriptor field) {
    return switch (field.getFullName()) {
      case "common.Config.channel_group",
          "common.ConfigUpdate.read_set",
          "common.ConfigUpdate.write_set" ->
          Optional.of(GroupType.CHANNEL);
      default -> Optional.empty();
    };
  }
}

package io.denim.channelconfig;

import com.google.protobuf.ByteString;
import io.denim.policy.Policy;
import io.denim.policy.PolicyOutcome;
import io.denim.policy.SignedData;
import io.denim.wire.BlockHash;
import io.denim.wire.WireParser;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.BlockHeader;
import org.hyperledger.fabric.protos.common.BlockMetadata;
import org.hyperledger.fabric.protos.common.BlockMetadataIndex;
import org.hyperledger.fabric.protos.common.Consenter;
import org.hyperledger.fabric.protos.common.IdentifierHeader;
import org.hyperledger.fabric.protos.common.Metadata;
import org.hyperledger.fabric.protos.common.MetadataSignature;
import org.hyperledger.fabric.protos.msp.SerializedIdentity;

/// Checks that a block came from a channel's orderers: its data hash, and its signatures against
/// `/Channel/Orderer/BlockValidation` (fabric v3.1.5 protoutil/blockutils.go). Signatures of BFT
/// consenters name their signer by number. Immutable; safe for use by any thread; valid for blocks
/// ordered under the configuration that it was made from.
public final class BlockVerifier {
  private static final WireParser<Metadata> METADATA = WireParser.of(Metadata.getDefaultInstance());
  private static final WireParser<IdentifierHeader> IDENTIFIER_HEADER =
      WireParser.of(IdentifierHeader.getDefaultInstance());
  private static final int MAX_SIGNATURES = 1_000;

  private final Policy policy;
  private final boolean bft;
  private final Map<Integer, ByteString> consenters;

  private BlockVerifier(Policy policy, boolean bft, Map<Integer, ByteString> consenters) {
    this.policy = policy;
    this.bft = bft;
    this.consenters = Map.copyOf(consenters);
  }

  /// @throws ChannelConfigException if the configuration does not say who orders
  public static BlockVerifier of(ChannelConfig config) throws ChannelConfigException {
    String path = ConfigKeys.ORDERER_BLOCK_VALIDATION;
    if (!config.policies().has(path)) {
      throw new ChannelConfigException("no `" + path + "` policy in config block");
    }
    boolean bft = config.capabilities().consensusTypeBft();
    Optional<OrdererConfig> orderer = config.orderer();
    if (orderer.isEmpty()) {
      throw new ChannelConfigException("no orderer section in config block");
    }
    Map<Integer, ByteString> consenters = new HashMap<>();
    if (bft) {
      for (Consenter consenter : orderer.get().consensus().consenters()) {
        consenters.putIfAbsent(
            consenter.getId(),
            SerializedIdentity.newBuilder()
                .setMspid(consenter.getMspId())
                .setIdBytes(consenter.getIdentity())
                .build()
                .toByteString());
      }
    }
    return new BlockVerifier(config.policies().policy(path), bft, consenters);
  }

  /// Checks that the data is what the header says and that enough orderers signed the header. The
  /// number and the previous hash are for the caller, who knows the chain.
  ///
  /// @return why the block is not to be trusted, if it is not
  public Optional<String> problem(Block block) {
    if (!BlockHash.ofData(block.getData()).equals(block.getHeader().getDataHash())) {
      return Optional.of(
          "Header.DataHash is different from Hash(block.Data) for block with id ["
              + Long.toUnsignedString(block.getHeader().getNumber())
              + "]");
    }
    return signatureProblem(block.getHeader(), block.getMetadata());
  }

  /// Checks the signatures alone, for streams that carry headers without data.
  ///
  /// @return why the header is not to be trusted, if it is not
  public Optional<String> signatureProblem(BlockHeader header, BlockMetadata metadata) {
    if (metadata.getMetadataCount() <= BlockMetadataIndex.SIGNATURES.getNumber()) {
      return Optional.of("no signatures in block metadata");
    }
    try {
      return switch (policy.evaluate(signatures(header, metadata))) {
        case PolicyOutcome.Satisfied satisfied -> Optional.empty();
        case PolicyOutcome.Unsatisfied(String reason) -> Optional.of(reason);
      };
    } catch (ChannelConfigException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private List<SignedData> signatures(BlockHeader header, BlockMetadata metadata)
      throws ChannelConfigException {
    Metadata slot =
        Messages.parse(
            METADATA,
            metadata.getMetadata(BlockMetadataIndex.SIGNATURES.getNumber()),
            "error unmarshalling signatures from metadata");
    String number = Long.toUnsignedString(header.getNumber());
    if (slot.getSignaturesCount() > MAX_SIGNATURES) {
      throw new ChannelConfigException(
          "block " + number + " has more than " + MAX_SIGNATURES + " signatures");
    }
    ByteString headerBytes = BlockHash.headerBytes(header);
    List<SignedData> signatures = new ArrayList<>(slot.getSignaturesCount());
    for (MetadataSignature signature : slot.getSignaturesList()) {
      boolean byNumber =
          bft
              && signature.getSignatureHeader().isEmpty()
              && !signature.getIdentifierHeader().isEmpty();
      ByteString signedHeader =
          byNumber ? signature.getIdentifierHeader() : signature.getSignatureHeader();
      ByteString signer =
          byNumber ? signerByNumber(signedHeader, number) : creator(signedHeader, number);
      if (byNumber && signer.isEmpty()) {
        continue; // whoever signed is no consenter
      }
      signatures.add(
          new SignedData(
              slot.getValue().concat(signedHeader).concat(headerBytes),
              signer,
              signature.getSignature()));
    }
    return signatures;
  }

  private ByteString signerByNumber(ByteString identifierHeader, String number)
      throws ChannelConfigException {
    IdentifierHeader header =
        Messages.parse(
            IDENTIFIER_HEADER,
            identifierHeader,
            "failed unmarshalling identifier header for block " + number);
    return consenters.getOrDefault(header.getIdentifier(), ByteString.EMPTY);
  }

  private static ByteString creator(ByteString signatureHeader, String number)
      throws ChannelConfigException {
    return Messages.parse(
            Messages.SIGNATURE_HEADER,
            signatureHeader,
            "failed unmarshalling signature header for block " + number)
        .getCreator();
  }
}

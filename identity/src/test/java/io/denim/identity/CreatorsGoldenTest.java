package io.denim.identity;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.denim.wire.WireParser;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.hyperledger.fabric.protos.common.ChannelHeader;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.Payload;
import org.hyperledger.fabric.protos.common.SignatureHeader;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The creators and their signatures of the golden chains, which real peers judged.
class CreatorsGoldenTest {
  private static final Set<String> JUDGED_BEFORE =
      Set.of("BAD_COMMON_HEADER", "BAD_PAYLOAD", "NIL_ENVELOPE");
  private static final WireParser<Envelope> ENVELOPE = WireParser.of(Envelope.getDefaultInstance());
  private static final WireParser<Payload> PAYLOAD = WireParser.of(Payload.getDefaultInstance());
  private static final WireParser<SignatureHeader> HEADER =
      WireParser.of(SignatureHeader.getDefaultInstance());

  private static final WireParser<ChannelHeader> CHANNEL_HEADER =
      WireParser.of(ChannelHeader.getDefaultInstance());

  @ParameterizedTest
  @ValueSource(strings = {"raft-v25", "bft-v30", "range-sbe", "dishonest-orderer"})
  void creatorsAreJudgedAsByFabric(String name) throws Exception {
    GoldenChain chain = GoldenChain.read(name);
    SignatureVerifier verifier = SignatureVerifier.create();
    MspManager msps =
        GoldenChain.msps(GoldenChain.payload(chain.blocks().get(0).getData().getData(0)), verifier);
    List<String> differences = new ArrayList<>();
    Set<Boolean> verdicts = new HashSet<>();
    for (int block = 1; block < chain.blocks().size(); block++) {
      List<ByteString> envelopes = chain.blocks().get(block).getData().getDataList();
      MspManager next = msps;
      for (int i = 0; i < envelopes.size(); i++) {
        String code = chain.code(block, i);
        if (JUDGED_BEFORE.contains(code)) {
          continue;
        }
        boolean good = isSignedByMember(envelopes.get(i), msps, chain.channel());
        verdicts.add(good);
        if (good == code.equals("BAD_CREATOR_SIGNATURE")) {
          differences.add(block + "/" + i + " " + code + " " + chain.testCase(block, i));
        }
        boolean config =
            chain
                .expected()
                .at("/blocks/" + block + "/txs/" + i + "/type")
                .asText()
                .equals("CONFIG");
        if (config && code.equals("VALID")) {
          next = GoldenChain.msps(GoldenChain.payload(envelopes.get(i)), verifier);
        }
      }
      msps = next;
    }
    assertThat(differences).isEmpty();
    assertThat(verdicts).contains(true);
  }

  private static boolean isSignedByMember(ByteString bytes, MspManager msps, String ownChannel)
      throws Exception {
    Envelope envelope = ENVELOPE.parse(bytes);
    Payload payload = PAYLOAD.parse(envelope.getPayload());
    SignatureHeader header = HEADER.parse(payload.getHeader().getSignatureHeader());
    ChannelHeader channel = CHANNEL_HEADER.parse(payload.getHeader().getChannelHeader());
    if (!channel.getChannelId().equals(ownChannel)) {
      return false; // a peer knows no members of a channel that it is not in
    }
    return switch (msps.identity(header.getCreator())) {
      case IdentityOutcome.Accepted(Identity identity) ->
          identity.verify(envelope.getPayload(), envelope.getSignature());
      case IdentityOutcome.Refused _ -> false;
    };
  }
}

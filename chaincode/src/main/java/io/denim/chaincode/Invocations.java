package io.denim.chaincode;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.ledger.SimulationException;
import io.denim.ledger.TransactionSimulator;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.hyperledger.fabric.protos.peer.ChaincodeEvent;
import org.hyperledger.fabric.protos.peer.ChaincodeInput;
import org.hyperledger.fabric.protos.peer.ChaincodeMessage;
import org.hyperledger.fabric.protos.peer.Response;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The way of one invocation, from a client or from another chaincode: what runs, whether it was
/// initialized, then its execution (fabric v3.1.5 core/chaincode/chaincode_support.go).
final class Invocations implements ChaincodeCalls.Invoker {
  private static final Logger LOG = LoggerFactory.getLogger("chaincode");

  /// Where a namespace keeps the version that initialized it.
  private static final String INITIALIZED_KEY = "\u0000" + "\uDBFF\uDFFF" + "initialized";

  private final ChaincodeSettings settings;
  private final EndorsementInfoSource definitions;
  private final Map<String, SystemChaincode> systemChaincodes;
  private final Launches launches;

  Invocations(
      ChaincodeSettings settings,
      EndorsementInfoSource definitions,
      Map<String, SystemChaincode> systemChaincodes,
      Launches launches) {
    this.settings = settings;
    this.definitions = definitions;
    this.systemChaincodes = Map.copyOf(systemChaincodes);
    this.launches = launches;
  }

  ChaincodeOutcome execute(
      ChaincodeInvocation invocation, Optional<TransactionSimulator> simulator) {
    SystemChaincode system = systemChaincodes.get(invocation.chaincode());
    if (system != null) {
      return respondedBySystem(system, invocation, simulator);
    }
    try {
      if (simulator.isEmpty()) {
        throw new InvocationException(
            "invalid invocation: [channel "
                + invocation.channelId()
                + "] failed to get chaincode container info for "
                + invocation.chaincode()
                + ": could not get channel config for channel '"
                + invocation.channelId()
                + "'");
      }
      Deadline none = Deadline.in(Duration.ofDays(1));
      return outcome(invocation, invoke(invocation, simulator.get(), none));
    } catch (InvocationException e) {
      return new ChaincodeOutcome.Failed(
          "failed to execute transaction " + invocation.txId() + ": " + e.getMessage());
    }
  }

  @Override
  public boolean isSystemChaincode(String name) {
    return systemChaincodes.containsKey(name);
  }

  @Override
  public ChaincodeMessage invoke(
      ChaincodeInvocation invocation, TransactionSimulator simulator, Deadline deadline)
      throws InvocationException {
    SystemChaincode system = systemChaincodes.get(invocation.chaincode());
    if (system != null) {
      return message(invocation, ChaincodeMessage.Type.COMPLETED)
          .setPayload(respond(system, invocation, Optional.of(simulator)).toByteString())
          .build();
    }
    EndorsementInfo.Ready info = info(invocation, simulator);
    boolean init = checkInitialization(invocation, info, simulator);
    ShimConnection connection = launches.ready(info.packageId());
    ChaincodeMessage.Builder start =
        message(invocation, init ? ChaincodeMessage.Type.INIT : ChaincodeMessage.Type.TRANSACTION)
            .setPayload(invocation.input().toByteString());
    invocation.signedProposal().ifPresent(start::setProposal);
    Deadline own = Deadline.in(settings.executeTimeout()).orEarlier(deadline);
    try {
      return connection.execute(
          start.build(), new TransactionContext(invocation, simulator, init, own));
    } catch (InvocationException e) {
      throw new InvocationException("error sending: " + e.getMessage(), e);
    }
  }

  private EndorsementInfo.Ready info(ChaincodeInvocation invocation, TransactionSimulator simulator)
      throws InvocationException {
    EndorsementInfo info =
        definitions.endorsementInfo(invocation.channelId(), invocation.chaincode(), simulator);
    return switch (info) {
      case EndorsementInfo.Ready ready -> ready;
      case EndorsementInfo.NotReady(String reason) ->
          throw new InvocationException(
              "invalid invocation: [channel "
                  + invocation.channelId()
                  + "] failed to get chaincode container info for "
                  + invocation.chaincode()
                  + ": "
                  + reason);
    };
  }

  /// Sees to it that a chaincode which requires it is initialized exactly once for each version.
  ///
  /// @return whether this transaction does it
  private static boolean checkInitialization(
      ChaincodeInvocation invocation, EndorsementInfo.Ready info, TransactionSimulator simulator)
      throws InvocationException {
    String name = invocation.chaincode();
    boolean asInit = invocation.input().getIsInit();
    if (asInit && !info.initRequired()) {
      throw invalid(name, "does not require initialization but called as init");
    }
    if (!info.initRequired()) {
      return false;
    }
    ByteString version = ByteString.copyFromUtf8(info.version());
    try {
      boolean initialized = simulator.state(name, INITIALIZED_KEY).equals(Optional.of(version));
      if (asInit && initialized) {
        throw invalid(name, "is already initialized but called as init");
      }
      if (!asInit && !initialized) {
        throw invalid(name, "has not been initialized for this version, must call as init first");
      }
      if (asInit) {
        simulator.setState(name, INITIALIZED_KEY, version);
      }
      return asInit;
    } catch (SimulationException e) {
      throw new InvocationException(
          "invalid invocation: could not get 'initialized' key: " + e.getMessage(), e);
    }
  }

  private static InvocationException invalid(String name, String problem) {
    return new InvocationException("invalid invocation: chaincode '" + name + "' " + problem);
  }

  private static ChaincodeOutcome outcome(
      ChaincodeInvocation invocation, ChaincodeMessage message) {
    if (message.getType() == ChaincodeMessage.Type.ERROR) {
      return new ChaincodeOutcome.Failed(
          "transaction returned with failure: " + message.getPayload().toStringUtf8());
    }
    try {
      return new ChaincodeOutcome.Responded(
          Response.parseFrom(message.getPayload()), event(invocation, message));
    } catch (InvalidProtocolBufferException e) {
      return new ChaincodeOutcome.Failed(
          "failed to unmarshal response for transaction "
              + invocation.txId()
              + ": "
              + e.getMessage());
    }
  }

  private static Optional<ChaincodeEvent> event(
      ChaincodeInvocation invocation, ChaincodeMessage message) {
    return message.hasChaincodeEvent()
        ? Optional.of(
            message.getChaincodeEvent().toBuilder()
                .setChaincodeId(invocation.chaincode())
                .setTxId(invocation.txId())
                .build())
        : Optional.empty();
  }

  private static ChaincodeOutcome respondedBySystem(
      SystemChaincode system,
      ChaincodeInvocation invocation,
      Optional<TransactionSimulator> simulator) {
    return new ChaincodeOutcome.Responded(respond(system, invocation, simulator), Optional.empty());
  }

  private static Response respond(
      SystemChaincode system,
      ChaincodeInvocation invocation,
      Optional<TransactionSimulator> simulator) {
    ChaincodeInput input = invocation.input();
    List<ByteString> arguments = input.getArgsList();
    try {
      return system.invoke(
          new SystemChaincode.Call(
              invocation.channelId(),
              invocation.txId(),
              arguments,
              invocation.signedProposal(),
              simulator));
    } catch (RuntimeException e) {
      LOG.error("system chaincode {} failed unexpectedly", system.name(), e);
      return SystemChaincode.error("system chaincode " + system.name() + " failed: " + e);
    }
  }

  private static ChaincodeMessage.Builder message(
      ChaincodeInvocation invocation, ChaincodeMessage.Type type) {
    return ChaincodeMessage.newBuilder()
        .setType(type)
        .setTxid(invocation.txId())
        .setChannelId(invocation.channelId());
  }
}

package io.denim.chaincode;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.ledger.SimulationException;
import io.denim.ledger.TransactionSimulator;
import java.util.Optional;
import org.hyperledger.fabric.protos.peer.ChaincodeInput;
import org.hyperledger.fabric.protos.peer.ChaincodeMessage;
import org.hyperledger.fabric.protos.peer.ChaincodeSpec;
import org.hyperledger.fabric.protos.peer.SignedProposal;

/// Calls from chaincode to chaincode. On the caller's own channel both share a simulator; on
/// another channel the called one reads with a simulator whose results are dropped. A chaincode
/// that is already part of the chain of calls, or one of the same package, fails because its stream
/// already executes this transaction.
final class ChaincodeCalls {
  private final ChaincodeChannels channels;
  private final Invoker invoker;

  /// Runs the called chaincode.
  interface Invoker {
    /// @throws InvocationException if there is nothing to tell the caller but an error
    ChaincodeMessage invoke(
        ChaincodeInvocation invocation, TransactionSimulator simulator, Deadline deadline)
        throws InvocationException;

    boolean isSystemChaincode(String name);
  }

  /// Who is called: `name[:version][/channel]`; the version is of no consequence.
  private record Target(String name, String version, String channelId) {
    static Target parse(String text, String ownChannel) {
      int slash = text.indexOf('/');
      String head = slash < 0 ? text : text.substring(0, slash);
      String channel = slash < 0 ? "" : text.substring(slash + 1);
      int colon = head.indexOf(':');
      return new Target(
          colon < 0 ? head : head.substring(0, colon),
          colon < 0 ? "" : head.substring(colon + 1),
          channel.isEmpty() ? ownChannel : channel);
    }

    @Override
    public String toString() {
      String text = name;
      if (!version.isEmpty()) {
        text += ":" + version;
      }
      return channelId.isEmpty() ? text : text + "/" + channelId;
    }
  }

  ChaincodeCalls(ChaincodeChannels channels, Invoker invoker) {
    this.channels = channels;
    this.invoker = invoker;
  }

  ByteString invoke(ChaincodeMessage request, TransactionContext context)
      throws InvalidProtocolBufferException, SimulationException {
    ChaincodeSpec spec = ChaincodeSpec.parseFrom(request.getPayload());
    Target target = Target.parse(spec.getChaincodeId().getName(), context.channelId());
    checkAccess(target, context.invocation.signedProposal());
    ChaincodeInvocation call =
        new ChaincodeInvocation(
            target.channelId(),
            context.txId(),
            target.name(),
            ChaincodeInput.newBuilder(spec.getInput()).clearDecorations().build(),
            context.invocation.signedProposal());
    if (target.channelId().equals(context.channelId())) {
      return call(call, context.simulator, context.deadline);
    }
    try (TransactionSimulator other =
        channels
            .simulator(target.channelId(), context.txId())
            .orElseThrow(() ->
                new SimulationException(
                    "failed to find ledger for channel: " + target.channelId()))) {
      return call(call, other, context.deadline);
    }
  }

  private ByteString call(
      ChaincodeInvocation call, TransactionSimulator simulator, Deadline deadline)
      throws SimulationException {
    try {
      return invoker.invoke(call, simulator, deadline).toByteString();
    } catch (InvocationException e) {
      throw new SimulationException("execute failed: " + e.getMessage(), e);
    }
  }

  private void checkAccess(Target target, Optional<SignedProposal> proposal)
      throws SimulationException {
    if (invoker.isSystemChaincode(target.name())) {
      return; // it checks by itself
    }
    if (proposal.isEmpty()) {
      throw new SimulationException("signed proposal must not be nil from caller [" + target + "]");
    }
    Optional<String> refusal = channels.chaincodeCallRefusal(target.channelId(), proposal.get());
    if (refusal.isPresent()) {
      throw new SimulationException(refusal.get());
    }
  }
}

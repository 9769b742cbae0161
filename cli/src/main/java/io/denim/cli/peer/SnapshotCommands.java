package io.denim.cli.peer;

import com.google.protobuf.ByteString;
import io.denim.cli.ClientException;
import io.denim.cli.NodeClient;
import io.denim.cli.command.CommandLog;
import io.denim.cli.command.FlagSet;
import io.denim.cli.command.Flags;
import io.denim.cli.command.UsageException;
import io.denim.cli.command.Verb;
import io.denim.cli.command.VerbGroup;
import io.grpc.MethodDescriptor;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.hyperledger.fabric.protos.common.SignatureHeader;
import org.hyperledger.fabric.protos.peer.SignedSnapshotRequest;
import org.hyperledger.fabric.protos.peer.SnapshotGrpc;
import org.hyperledger.fabric.protos.peer.SnapshotQuery;
import org.hyperledger.fabric.protos.peer.SnapshotRequest;

/// `peer snapshot` (fabric v3.1.5 internal/peer/snapshot).
final class SnapshotCommands {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final List<String> PEER = List.of("channelID", "peerAddress", "tlsRootCertFile");
  private static final List<String> BLOCK =
      List.of("channelID", "blockNumber", "peerAddress", "tlsRootCertFile");

  private final CommandLog log;

  SnapshotCommands(CommandLog log) {
    this.log = log;
  }

  void run(List<String> arguments) throws UsageException, ClientException, InterruptedException {
    FlagSet flags =
        new FlagSet(FlagSet.Dialect.PFLAG)
            .text("channelID", "c", "The channel")
            .unsigned("blockNumber", "b", "0", "The block after which the snapshot is taken")
            .text("peerAddress", "", "The peer to connect to")
            .text("tlsRootCertFile", "", "The peer's TLS root certificate, needed with TLS");
    new VerbGroup(
            "peer snapshot",
            "Manage snapshot requests: submitrequest|cancelrequest|listpending",
            flags,
            List.of(),
            List.of(
                Verb.of(
                    "submitrequest",
                    "Request a snapshot at a block; at the last committed one if none is named",
                    BLOCK,
                    this::submit),
                Verb.of("cancelrequest", "Cancel the request for a snapshot", BLOCK, this::cancel),
                Verb.of("listpending", "List pending requests for snapshots", PEER, this::list)))
        .run(arguments);
  }

  private void submit(Flags flags) throws UsageException, ClientException, InterruptedException {
    requireChannel(flags);
    PeerEnvironment environment = PeerEnvironment.load(System.getenv(), log);
    try (NodeClient peer = peer(environment, flags)) {
      call(
          peer,
          SnapshotGrpc.getGenerateMethod(),
          signed(environment, request(environment, flags).toByteString()),
          "failed to submit the request: ");
    }
    System.out.println("Snapshot request submitted successfully");
  }

  private void cancel(Flags flags) throws UsageException, ClientException, InterruptedException {
    requireChannel(flags);
    if (flags.unsigned("blockNumber") == 0) {
      throw new UsageException(
          "the required parameter 'blockNumber' is empty or set to 0. Rerun the command with -b"
              + " flag");
    }
    PeerEnvironment environment = PeerEnvironment.load(System.getenv(), log);
    try (NodeClient peer = peer(environment, flags)) {
      call(
          peer,
          SnapshotGrpc.getCancelMethod(),
          signed(environment, request(environment, flags).toByteString()),
          "failed to cancel the request: ");
    }
    System.out.println("Snapshot request cancelled successfully");
  }

  private void list(Flags flags) throws UsageException, ClientException, InterruptedException {
    requireChannel(flags);
    PeerEnvironment environment = PeerEnvironment.load(System.getenv(), log);
    try (NodeClient peer = peer(environment, flags)) {
      SnapshotQuery query =
          SnapshotQuery.newBuilder()
              .setSignatureHeader(header(environment))
              .setChannelId(flags.text("channelID"))
              .build();
      List<Long> numbers =
          call(
                  peer,
                  SnapshotGrpc.getQueryPendingsMethod(),
                  signed(environment, query.toByteString()),
                  "failed to list pending requests: ")
              .getBlockNumbersList();
      System.out.println(
          "Successfully got pending snapshot requests: "
              + numbers.stream()
                  .map(Long::toUnsignedString)
                  .collect(Collectors.joining(" ", "[", "]")));
    }
  }

  private static <A> A call(
      NodeClient peer,
      MethodDescriptor<SignedSnapshotRequest, A> method,
      SignedSnapshotRequest request,
      String failed)
      throws ClientException {
    try {
      return peer.call(method, request, PATIENCE);
    } catch (ClientException e) {
      throw new ClientException(failed + e.getMessage(), e);
    }
  }

  private static void requireChannel(Flags flags) throws UsageException {
    if (flags.text("channelID").isEmpty()) {
      throw new UsageException(
          "the required parameter 'channelID' is empty. Rerun the command with -c flag");
    }
  }

  private static NodeClient peer(PeerEnvironment environment, Flags flags)
      throws ClientException, InterruptedException {
    if (environment.tls() && flags.text("tlsRootCertFile").isEmpty()) {
      throw new ClientException(
          "the required parameter 'tlsRootCertFile' is empty. Rerun the command with"
              + " --tlsRootCertFile flag");
    }
    try {
      return environment.peer(flags.text("peerAddress"), flags.text("tlsRootCertFile"));
    } catch (ClientException e) {
      throw new ClientException("failed to retrieve snapshot client: " + e.getMessage(), e);
    }
  }

  private static SnapshotRequest request(PeerEnvironment environment, Flags flags) {
    return SnapshotRequest.newBuilder()
        .setSignatureHeader(header(environment))
        .setChannelId(flags.text("channelID"))
        .setBlockNumber(flags.unsigned("blockNumber"))
        .build();
  }

  private static SignatureHeader header(PeerEnvironment environment) {
    return environment.signer().signatureHeader();
  }

  private static SignedSnapshotRequest signed(PeerEnvironment environment, ByteString request) {
    return SignedSnapshotRequest.newBuilder()
        .setRequest(request)
        .setSignature(environment.signer().identity().sign(request))
        .build();
  }
}

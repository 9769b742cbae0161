package io.denim.gateway;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.TextFormat;
import io.denim.channelconfig.ChannelConfig;
import io.denim.gateway.EndorsementLayouts.Outcome;
import io.denim.policy.Policy;
import io.denim.policy.PolicyOutcome;
import io.denim.policy.SignedData;
import io.denim.wire.Caller;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.hyperledger.fabric.protos.discovery.ChaincodeQuery;
import org.hyperledger.fabric.protos.discovery.ChaincodeQueryResult;
import org.hyperledger.fabric.protos.discovery.DiscoveryGrpc;
import org.hyperledger.fabric.protos.discovery.EndorsementDescriptor;
import org.hyperledger.fabric.protos.discovery.Layout;
import org.hyperledger.fabric.protos.discovery.Peer;
import org.hyperledger.fabric.protos.discovery.PeerMembershipResult;
import org.hyperledger.fabric.protos.discovery.Peers;
import org.hyperledger.fabric.protos.discovery.Query;
import org.hyperledger.fabric.protos.discovery.QueryResult;
import org.hyperledger.fabric.protos.discovery.Request;
import org.hyperledger.fabric.protos.discovery.Response;
import org.hyperledger.fabric.protos.discovery.SignedRequest;
import org.hyperledger.fabric.protos.peer.ChaincodeCall;
import org.hyperledger.fabric.protos.peer.ChaincodeInterest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `discovery.Discovery`: tells members of a channel its peers, its configuration and who can
/// endorse what. Signatures that were verified are remembered by the verifier, so no answer is. The
/// hash of the TLS certificate in a request is not looked at: Fabric's service does not either, and
/// Fabric's own `discover` sends the hash of the PEM text in its place.
///
/// Follows fabric v3.1.5 discovery/service.go.
public final class DiscoveryService extends DiscoveryGrpc.DiscoveryImplBase {
  private static final Logger LOG = LoggerFactory.getLogger(DiscoveryService.class);
  private static final String CHANNEL_POLICY = "/Channel/Application/Writers";
  private static final int MAX_QUERIES = 1_000;

  private final GatewayPorts ports;
  private final ByteString self;
  private final Policy localMembers;

  /// @param self this peer's serialized identity
  /// @param localMembers who may ask about peers outside of channels
  public DiscoveryService(ByteString self, GatewayPorts ports, Policy localMembers) {
    this.self = self;
    this.ports = ports;
    this.localMembers = localMembers;
  }

  @Override
  public void discover(SignedRequest signed, StreamObserver<Response> response) {
    Request request;
    try {
      request = Request.parseFrom(signed.getPayload());
    } catch (InvalidProtocolBufferException e) {
      response.onError(unknown("failed parsing request: " + e.getMessage()));
      return;
    }
    Optional<String> malformed = malformed(request);
    if (malformed.isPresent()) {
      LOG.warn(
          "Request from {} is malformed or invalid: {}",
          Caller.current().address(),
          malformed.get());
      response.onError(unknown(malformed.get()));
      return;
    }
    SignedData by =
        new SignedData(
            signed.getPayload(),
            request.getAuthentication().getClientIdentity(),
            signed.getSignature());
    Response.Builder results = Response.newBuilder();
    for (Query query : request.getQueriesList()) {
      results.addResults(answer(query, by));
    }
    response.onNext(results.build());
    response.onCompleted();
  }

  private static Throwable unknown(String message) {
    return Status.UNKNOWN.withDescription(message).asRuntimeException();
  }

  private Optional<String> malformed(Request request) {
    if (!request.hasAuthentication()) {
      return Optional.of("access denied, no authentication info in request");
    }
    if (request.getAuthentication().getClientIdentity().isEmpty()) {
      return Optional.of("access denied, client identity wasn't supplied");
    }
    if (request.getQueriesCount() > MAX_QUERIES) {
      return Optional.of("more than " + MAX_QUERIES + " queries in a request");
    }
    return Optional.empty();
  }

  private QueryResult answer(Query query, SignedData by) {
    if (query.getChannel().isEmpty()) {
      return isSatisfied(localMembers, by) ? local(query) : error("access denied");
    }
    Optional<GatewayChannel> channel = ports.channels().apply(query.getChannel());
    if (channel.isEmpty()
        || !isSatisfied(channel.get().config().policies().policy(CHANNEL_POLICY), by)) {
      LOG.warn("got query for channel {} that isn't eligible", query.getChannel());
      return error("access denied");
    }
    return inChannel(query, channel.get());
  }

  private static boolean isSatisfied(Policy policy, SignedData by) {
    return switch (policy.evaluate(List.of(by))) {
      case PolicyOutcome.Satisfied() -> true;
      case PolicyOutcome.Unsatisfied(String reason) -> {
        LOG.warn("a discovery request isn't eligible: {}", reason);
        yield false;
      }
    };
  }

  private static QueryResult error(String content) {
    QueryResult.Builder result = QueryResult.newBuilder();
    result.getErrorBuilder().setContent(content);
    return result.build();
  }

  private QueryResult local(Query query) {
    if (!query.hasLocalPeers()) {
      return error("unknown or missing request type");
    }
    PeerMembershipResult.Builder members = PeerMembershipResult.newBuilder();
    for (KnownPeer peer : ports.membership().peers()) {
      add(
          members,
          peer.mspId(),
          Peer.newBuilder()
              .setIdentity(peer.identity())
              .setMembershipInfo(peer.membershipInfo())
              .build());
    }
    return QueryResult.newBuilder().setMembers(members).build();
  }

  private static void add(PeerMembershipResult.Builder members, String mspId, Peer peer) {
    Peers known = members.getPeersByOrgOrDefault(mspId, Peers.getDefaultInstance());
    members.putPeersByOrg(mspId, known.toBuilder().addPeers(peer).build());
  }

  private QueryResult inChannel(Query query, GatewayChannel channel) {
    return switch (query.getQueryCase()) {
      case CONFIG_QUERY ->
          QueryResult.newBuilder().setConfigResult(ConfigResults.of(channel.config())).build();
      case PEER_QUERY -> peers(query.getPeerQuery().getFilter(), channel);
      case CC_QUERY -> chaincodes(query.getCcQuery(), channel);
      case LOCAL_PEERS, QUERY_NOT_SET -> error("unknown or missing request type");
    };
  }

  private EndorsementAnalysis analysis(GatewayChannel channel) {
    Set<ByteString> alive = new HashSet<>();
    ports.membership().peers().forEach(peer -> alive.add(peer.identity()));
    List<ChannelPeer> peers =
        io.denim.gateway.Peers.ofChannel(ports.membership(), self, channel).stream()
            .filter(peer -> alive.contains(peer.peer().identity()))
            .toList();
    ChannelConfig config = channel.config();
    return new EndorsementAnalysis(config, peers, channel::chaincode);
  }

  private QueryResult peers(ChaincodeInterest filter, GatewayChannel channel) {
    Optional<List<ChannelPeer>> authorized = analysis(channel).authorized(filter);
    if (authorized.isEmpty()) {
      return error("a chaincode or collection of the filter is not defined");
    }
    PeerMembershipResult.Builder members = PeerMembershipResult.newBuilder();
    for (String mspId : channel.config().msps().mspIds()) {
      ports.membership().peers().stream()
          .filter(peer -> peer.mspId().equals(mspId))
          .findFirst()
          .ifPresent(peer -> members.putPeersByOrg(mspId, Peers.getDefaultInstance()));
    }
    authorized.get().forEach(peer -> add(members, peer.peer().mspId(), message(peer)));
    return QueryResult.newBuilder().setMembers(members).build();
  }

  private static Peer message(ChannelPeer peer) {
    return Peer.newBuilder()
        .setIdentity(peer.peer().identity())
        .setMembershipInfo(peer.peer().membershipInfo())
        .setStateInfo(peer.stateInfo())
        .build();
  }

  private QueryResult chaincodes(ChaincodeQuery query, GatewayChannel channel) {
    Optional<String> invalid = invalid(query);
    if (invalid.isPresent()) {
      return error(invalid.get());
    }
    ChaincodeQueryResult.Builder result = ChaincodeQueryResult.newBuilder();
    EndorsementAnalysis analysis = analysis(channel);
    for (ChaincodeInterest interest : query.getInterestsList()) {
      switch (analysis.layouts(interest)) {
        case Outcome.Found(EndorsementLayouts layouts) -> result.addContent(descriptor(layouts));
        case Outcome.Impossible(String reason) -> {
          LOG.error("Failed constructing descriptor for chaincode {}: {}", interest, reason);
          return error("failed constructing descriptor for " + text(interest));
        }
      }
    }
    return QueryResult.newBuilder().setCcQueryRes(result).build();
  }

  private static String text(ChaincodeInterest interest) {
    return TextFormat.printer().emittingSingleLine(true).printToString(interest);
  }

  private static Optional<String> invalid(ChaincodeQuery query) {
    if (query.getInterestsCount() == 0) {
      return Optional.of("chaincode query must have at least one chaincode interest");
    }
    for (ChaincodeInterest interest : query.getInterestsList()) {
      if (interest.getChaincodesCount() == 0) {
        return Optional.of("chaincode interest must contain at least one chaincode");
      }
      for (ChaincodeCall call : interest.getChaincodesList()) {
        if (call.getName().isEmpty()) {
          return Optional.of("chaincode name in interest cannot be empty");
        }
      }
    }
    return Optional.empty();
  }

  private static EndorsementDescriptor descriptor(EndorsementLayouts layouts) {
    var descriptor = EndorsementDescriptor.newBuilder().setChaincode(layouts.chaincode());
    for (var layout : layouts.layouts()) {
      descriptor.addLayouts(Layout.newBuilder().putAllQuantitiesByGroup(layout));
    }
    layouts
        .endorsers()
        .forEach((group, peers) -> {
          Peers.Builder endorsers = Peers.newBuilder();
          peers.forEach(peer -> endorsers.addPeers(message(peer)));
          descriptor.putEndorsersByGroups(group, endorsers.build());
        });
    return descriptor.build();
  }
}

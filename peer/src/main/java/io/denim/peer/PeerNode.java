package io.denim.peer;

import io.denim.chaincode.PackageStore;
import io.denim.deliver.BlockFeed;
import io.denim.endorse.EndorsementChannel;
import io.denim.endorse.Endorser;
import io.denim.endorse.ProposalFreshness;
import io.denim.gateway.CommitNotifier;
import io.denim.gossip.GossipNode;
import io.denim.gossip.PrivateDataSettings;
import io.denim.gossip.StateTransferSettings;
import io.denim.gossip.comm.Communication;
import io.denim.gossip.comm.GossipSelf;
import io.denim.gossip.state.StateAnswering;
import io.denim.gossip.state.StateRequests;
import io.denim.identity.MspConfigException;
import io.denim.identity.SignatureVerifier;
import io.denim.ledger.LedgerProvider;
import io.denim.lifecycle.ChaincodeDefinitions;
import io.denim.lifecycle.ImplicitCollections;
import io.denim.lifecycle.LifecycleCache;
import io.denim.metrics.Metrics;
import io.denim.node.Logging;
import io.denim.validate.BlockValidator;
import io.denim.validate.Parallel;
import io.denim.wire.TlsConfigurationException;
import io.denim.wire.TlsKeyPair;
import java.io.IOException;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A peer: its channels, its chaincodes and the services over them. Everything is wired here and in
/// {@link PeerChaincodes} and {@link PeerServices}, and nowhere else.
public final class PeerNode implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PeerNode.class);

  private final ClosingStack parts = new ClosingStack();

  /// What nodes of one process may share.
  public record Environment(
      SignatureVerifier verifier,
      InstantSource clock,
      Metrics metrics,
      Logging logging,
      String version) {}

  private PeerNode() {}

  /// Opens the peer's channels and serves; returns when it is ready.
  ///
  /// @throws IOException if an address cannot be bound or a directory not used
  /// @throws MspConfigException if the peer's own MSP is not usable
  /// @throws PeerException if a channel on disk is not usable
  public static PeerNode start(PeerSettings settings, Environment environment)
      throws IOException, MspConfigException, PeerException, TlsConfigurationException {
    PeerNode node = new PeerNode();
    try {
      node.wire(settings, environment);
      return node;
    } catch (IOException
        | MspConfigException
        | PeerException
        | TlsConfigurationException
        | RuntimeException e) {
      node.close();
      throw e;
    }
  }

  private void wire(PeerSettings settings, Environment environment)
      throws IOException, MspConfigException, PeerException, TlsConfigurationException {
    PeerIdentity identity = PeerIdentity.load(settings.self(), environment);
    PeerChannels channels =
        new PeerChannels(new ProposalAccess(identity.msp().msp(), identity.local()));
    PrivateDataSettings.Implicit implicit = settings.gossip().privateData().implicit();
    ChaincodeDefinitions definitions =
        new ChaincodeDefinitions(
            channels,
            new ImplicitCollections(
                settings.self().mspId(), implicit.requiredPeerCount(), implicit.maxPeerCount()));
    PackageStore packages = PackageStore.open(settings.directory().resolve("lifecycle/chaincodes"));
    LifecycleCache cache = new LifecycleCache(settings.self().mspId(), packages.list());
    CollectionMembership membership =
        new CollectionMembership(definitions, identity.signing().identity());
    CommitNotifier commits = new CommitNotifier();
    OrdererDeliveries deliveries = new OrdererDeliveries(settings.gossip().leadership());
    var shown =
        new AtomicReference<>(
            settings.grpc().listener().tls().map(tls -> tls.keyPair().certificateHash()));
    GossipNode gossip =
        gossip(
            settings,
            environment,
            identity,
            new GossipSelf(
                identity.signing(),
                shown::get,
                settings.grpc().clientKeyPair().map(TlsKeyPair::certificateHash)),
            channels,
            deliveries);
    PeerPrivateData privateData =
        new PeerPrivateData(
            channels, membership, gossip, settings.gossip().privateData(), environment.clock());
    ChannelStarter starter =
        parts.add(
            new ChannelStarter(
                new ChannelStarter.Node(
                    ledgers(settings, definitions, environment.metrics()),
                    settings.directory().resolve("transientstore"),
                    new PeerChannel.Chaincodes(definitions, cache, privateData.fetch()),
                    validator(settings, definitions, environment),
                    environment.verifier(),
                    new OrdererDelivery.Client(
                        identity.signer(),
                        new BlockFeed.Connection(
                            settings.grpc().tls(), settings.grpc().clientKeyPair()),
                        settings.network().delivery(),
                        deliveries,
                        gossip),
                    commits),
                channels));
    PeerChaincodes chaincodes =
        PeerChaincodes.start(
            settings,
            environment,
            new PeerChaincodes.Subject(channels, starter, definitions, cache, packages),
            parts);
    parts.add(gossip); // to end before the channels that it asks about
    parts.add(privateData);
    StateTransfer transfer =
        parts.add(transfer(settings, environment, channels, deliveries, membership, gossip));
    Endorser endorser =
        new Endorser(
            channelId -> channels.channel(channelId).map(EndorsementChannel.class::cast),
            new Endorser.Self(identity.local(), identity.signing(), environment.metrics()),
            chaincodes.runtime(),
            chaincodes.runnable(),
            privateData.exchange(),
            new ProposalFreshness(environment.clock(), settings.limits().timeWindow()));
    starter.openAll();
    new PeerServices(
            settings,
            environment,
            new PeerServices.Subject(
                identity, channels, membership, endorser, chaincodes, commits, gossip, shown))
        .start(parts);
    gossip.start();
    privateData.start();
    transfer.start();
    LOG.info(
        "Started peer with ID=[{}], network ID=[{}], address=[{}]",
        settings.self().id(),
        settings.self().networkId(),
        settings.self().address());
  }

  /// Gives other peers blocks, and makes what asks them for some.
  private static StateTransfer transfer(
      PeerSettings settings,
      Environment environment,
      PeerChannels channels,
      OrdererDeliveries deliveries,
      CollectionMembership membership,
      GossipNode gossip) {
    StateTransferSettings state = settings.gossip().state();
    StateAnswering.start(
        gossip.communication(),
        new HeldBlocks(channels, membership, new PeerGossip(channels, settings.grpc())),
        state.batchSize());
    return new StateTransfer(
        channels,
        deliveries,
        new StateRequests(gossip, state.responseTimeout()),
        state,
        environment.clock());
  }

  private static GossipNode gossip(
      PeerSettings settings,
      Environment environment,
      PeerIdentity identity,
      GossipSelf self,
      PeerChannels channels,
      OrdererDeliveries deliveries) {
    PeerGossip peer = new PeerGossip(channels, settings.grpc());
    return new GossipNode(
        settings.gossip(),
        settings.self().externalEndpoint().orElse(""),
        settings.network().internalEndpoint().orElse(settings.self().address()),
        new GossipNode.Subject(
            new Communication.Parties(self, new KnownMembers(identity.local(), channels), peer),
            peer,
            peer::statuses,
            new FromOthers(channels, deliveries, settings.gossip().state().blockBufferSize()),
            environment.clock(),
            environment.metrics()));
  }

  private LedgerProvider ledgers(
      PeerSettings settings, ChaincodeDefinitions definitions, Metrics metrics) {
    return parts.add(
        LedgerProvider.open(
            settings.chaincode().ledger().options(settings.directory()),
            definitions,
            LedgerProvider.Followers.of(metrics)));
  }

  private BlockValidator validator(
      PeerSettings settings, ChaincodeDefinitions definitions, Environment environment) {
    ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
    parts.add(workers::shutdown);
    return new BlockValidator(
        new DefinedPolicies(definitions),
        environment.verifier(),
        new Parallel(workers, settings.limits().validators()));
  }

  /// Stops serving, then ends chaincodes and closes the channels.
  @Override
  public void close() {
    parts.close();
  }
}

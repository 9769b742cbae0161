package io.denim.peer;

import io.denim.chaincode.ChaincodeAuthority;
import io.denim.chaincode.ChaincodeRuntime;
import io.denim.chaincode.PackageStore;
import io.denim.chaincode.SystemChaincode;
import io.denim.chaincode.launch.ChaincodeLauncher;
import io.denim.chaincode.launch.ExternalBuilder;
import io.denim.chaincode.launch.LaunchSettings;
import io.denim.lifecycle.ChaincodeCustodian;
import io.denim.lifecycle.ChaincodeDefinitions;
import io.denim.lifecycle.CollectionMembers;
import io.denim.lifecycle.LifecycleCache;
import io.denim.lifecycle.LifecycleChaincode;
import io.denim.lifecycle.RunnableChaincodes;
import io.denim.peer.system.ConfigurationChaincode;
import io.denim.peer.system.LegacyChaincode;
import io.denim.peer.system.QueryChaincode;
import io.denim.wire.Caller;
import io.denim.wire.GrpcServer;
import io.denim.wire.ServerTls;
import io.denim.wire.TlsConfigurationException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A peer's chaincodes: how they are launched, the system's own among them, and the listener that
/// launched ones dial.
record PeerChaincodes(ChaincodeRuntime runtime, RunnableChaincodes runnable) {
  private static final Logger LOG = LoggerFactory.getLogger(PeerChaincodes.class);
  private static final List<String> LOCAL_NAMES = List.of("localhost", "127.0.0.1", "::1");

  /// What the chaincodes are about.
  record Subject(
      PeerChannels channels,
      ChannelStarter starter,
      ChaincodeDefinitions definitions,
      LifecycleCache cache,
      PackageStore packages) {}

  /// @throws IOException if the listener's address cannot be bound
  static PeerChaincodes start(
      PeerSettings settings, PeerNode.Environment environment, Subject subject, ClosingStack parts)
      throws IOException, TlsConfigurationException {
    Optional<ChaincodeAuthority> authority =
        settings.grpc().tls()
            ? Optional.of(ChaincodeAuthority.create(environment.clock()))
            : Optional.empty();
    ChaincodeLauncher launcher =
        new ChaincodeLauncher(launching(settings, authority), subject.packages());
    RunnableChaincodes runnable =
        new RunnableChaincodes(
            subject.channels(), subject.cache(), settings.chaincode().settings().developmentMode());
    JoinedChannels joined = new JoinedChannels(subject.channels(), subject.starter());
    ChaincodeRuntime runtime =
        parts.add(
            new ChaincodeRuntime(
                settings.chaincode().settings(),
                new ChaincodeRuntime.Ports(
                    runnable,
                    subject.channels(),
                    new CollectionMembers(subject.channels(), subject.definitions()),
                    enabled(
                        settings.chaincode().disabledSystemChaincodes(),
                        new LifecycleChaincode(
                            settings.self().mspId(),
                            subject.channels(),
                            subject.definitions(),
                            subject.cache(),
                            subject.packages(),
                            launcher),
                        new ConfigurationChaincode(joined, environment.verifier()),
                        new QueryChaincode(joined),
                        new LegacyChaincode(joined, subject.cache()))),
                launcher,
                environment.metrics()));
    subject.cache().addListener(new ChaincodesAhead(runtime));
    subject
        .cache()
        .addListener(new IndexDeployment(subject.channels(), subject.cache(), subject.packages()));
    subject.cache().addListener(parts.add(new ChaincodeCustodian(runtime)).start());
    Optional<ServerTls> tls = authority.map(each -> each.serverTls(hosts(settings)));
    parts.add(
        GrpcServer.start(
            GrpcServer.Settings.of(settings.grpc().chaincodeListen(), tls),
            List.of(runtime.registrationService(authority)),
            List.of(Caller.interceptor())));
    return new PeerChaincodes(runtime, runnable);
  }

  private static List<SystemChaincode> enabled(Set<String> disabled, SystemChaincode... all) {
    List<SystemChaincode> enabled = new ArrayList<>();
    for (SystemChaincode each : all) {
      if (disabled.contains(each.name())) {
        LOG.info("not deploying chaincode {} as it is not enabled", each.name());
      } else {
        enabled.add(each);
      }
    }
    return enabled;
  }

  private static LaunchSettings launching(
      PeerSettings settings, Optional<ChaincodeAuthority> authority) {
    LaunchSettings customary =
        LaunchSettings.of(
            settings.directory().resolve("externalbuilder/builds"),
            new LaunchSettings.Peer(
                settings.chaincode().address(), settings.self().mspId(), authority));
    return new LaunchSettings(
        customary.buildFolder(),
        customary.peer(),
        externalBuilders(settings.chaincode().externalBuilders()),
        settings.chaincode().settings().installTimeout(),
        settings.chaincode().logging(),
        settings.chaincode().isolation());
  }

  private static List<ExternalBuilder> externalBuilders(List<Map<String, Object>> tables) {
    List<ExternalBuilder> builders = new ArrayList<>();
    for (Map<String, Object> table : tables) {
      Object path = table.get("path");
      if (path == null) {
        throw new IllegalArgumentException(
            "invalid external builder configuration, path attribute missing in one or more"
                + " builders");
      }
      Object propagated = table.getOrDefault("propagateenvironment", List.of());
      builders.add(
          new ExternalBuilder(
              String.valueOf(table.getOrDefault("name", path)),
              Path.of(path.toString()),
              propagated instanceof List<?> names
                  ? names.stream().map(String::valueOf).toList()
                  : List.of()));
    }
    return builders;
  }

  private static List<String> hosts(PeerSettings settings) {
    String address = settings.chaincode().address();
    List<String> hosts = new ArrayList<>(LOCAL_NAMES);
    String host = address.substring(0, Math.max(0, address.lastIndexOf(':')));
    if (!host.isEmpty() && !hosts.contains(host)) {
      hosts.add(host);
    }
    return hosts;
  }
}

package io.denim.wire;

import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.NameResolverRegistry;
import io.grpc.Status;
import io.grpc.StatusOr;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Resolves addresses that gRPC's own resolver refuses with an exception. A name that is none in a
/// URI, such as `my_orderer` of a Docker Compose network, is looked up as any other; what cannot be
/// dialled at all makes calls end as `UNAVAILABLE` and say so, as a node that is away does: such an
/// address comes from a channel's configuration or from other nodes.
final class HostNames extends NameResolverProvider {
  private static final String SCHEME = "denim-host";
  private static final String DNS = "dns";
  private static final int MAX_PORT = 65_535;

  private final String scheme;
  private final Lookup lookup;

  /// Finds a host's addresses.
  @FunctionalInterface
  interface Lookup {
    InetAddress[] of(String host) throws IOException;
  }

  /// @param scheme of the targets that this resolver takes
  HostNames(String scheme, Lookup lookup) {
    this.scheme = scheme;
    this.lookup = lookup;
  }

  /// Makes this resolver known to gRPC; enough once for each process.
  static void register() {
    NameResolverRegistry.getDefaultRegistry()
        .register(new HostNames(SCHEME, InetAddress::getAllByName));
  }

  /// What gRPC is to dial for an address.
  ///
  /// @param address `host:port`, or a target with a scheme and `//`
  static String target(String address) {
    if (address.contains("://")) {
      return address;
    }
    return target(isUsual(address) ? DNS : SCHEME, address);
  }

  static String target(String scheme, String address) {
    try {
      return new URI(scheme, "", "/" + address, null).toString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException("an address in a URI's path is always encoded", e);
    }
  }

  /// Whether gRPC's own resolver takes it.
  private static boolean isUsual(String address) {
    try {
      URI uri = new URI("//" + address);
      return uri.getHost() != null
          && uri.getUserInfo() == null
          && uri.getPath().isEmpty()
          && (uri.getPort() == -1 || isPort(uri.getPort()));
    } catch (URISyntaxException e) {
      return false;
    }
  }

  private static boolean isPort(int port) {
    return port > 0 && port <= MAX_PORT;
  }

  @Override
  public NameResolver newNameResolver(URI target, NameResolver.Args arguments) {
    return new Resolver(target.getPath().substring(1), arguments);
  }

  @Override
  public String getDefaultScheme() {
    return scheme;
  }

  @Override
  public Collection<Class<? extends SocketAddress>> getProducedSocketAddressTypes() {
    return List.of(InetSocketAddress.class);
  }

  @Override
  protected boolean isAvailable() {
    return true;
  }

  /// Below the DNS resolver's, which thereby stays the default.
  @Override
  protected int priority() {
    return 0;
  }

  /// A host to look up.
  private record Host(String name, int port) {
    static Optional<Host> of(String address) {
      int colon = address.lastIndexOf(':');
      String name = address.substring(0, Math.max(colon, 0));
      if (name.isEmpty()
          || name.chars().anyMatch(each -> each <= ' ' || "/?#@:".indexOf(each) >= 0)) {
        return Optional.empty();
      }
      try {
        int port = Integer.parseInt(address.substring(colon + 1));
        return isPort(port) ? Optional.of(new Host(name, port)) : Optional.empty();
      } catch (NumberFormatException e) {
        return Optional.empty();
      }
    }
  }

  /// Looks one address up whenever gRPC asks, away from its threads. Its calls come from gRPC's
  /// synchronization context.
  private final class Resolver extends NameResolver {
    private final String address;
    private final Args arguments;
    private NameResolver.@Nullable Listener2 listener;
    private boolean underWay;

    Resolver(String address, Args arguments) {
      this.address = address;
      this.arguments = arguments;
    }

    @Override
    public String getServiceAuthority() {
      return Host.of(address).isPresent() ? address : "invalid";
    }

    @Override
    public void start(Listener2 told) {
      listener = told;
      refresh();
    }

    @Override
    public void refresh() {
      Listener2 told = listener;
      if (underWay || told == null) {
        return;
      }
      underWay = true;
      Runnable task =
          () -> {
            StatusOr<List<EquivalentAddressGroup>> found = resolve();
            arguments
                .getSynchronizationContext()
                .execute(() -> {
                  underWay = false;
                  if (listener != null) {
                    told.onResult2(
                        ResolutionResult.newBuilder().setAddressesOrError(found).build());
                  }
                });
          };
      if (arguments.getOffloadExecutor() == null) {
        Thread.startVirtualThread(task);
      } else {
        arguments.getOffloadExecutor().execute(task);
      }
    }

    @Override
    public void shutdown() {
      listener = null;
    }

    private StatusOr<List<EquivalentAddressGroup>> resolve() {
      Optional<Host> host = Host.of(address);
      if (host.isEmpty()) {
        return unavailable("the address \"" + address + "\" is not of the form host:port", null);
      }
      try {
        List<EquivalentAddressGroup> groups = new ArrayList<>();
        for (InetAddress found : lookup.of(host.get().name())) {
          groups.add(new EquivalentAddressGroup(new InetSocketAddress(found, host.get().port())));
        }
        return StatusOr.fromValue(groups);
      } catch (IOException e) {
        return unavailable("the host of " + address + " is not found: " + e.getMessage(), e);
      }
    }

    private static StatusOr<List<EquivalentAddressGroup>> unavailable(
        String reason, @Nullable Throwable cause) {
      return StatusOr.fromStatus(Status.UNAVAILABLE.withDescription(reason).withCause(cause));
    }
  }
}

package io.denim.node;

import java.lang.reflect.Proxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the process does when the system sends it a signal. The Java runtime has no other way to
/// hear of one than a type outside of its API, which is reached by name for that reason alone.
final class Signals {
  private static final Logger LOG = LoggerFactory.getLogger(Signals.class);

  private Signals() {}

  /// Answers a signal from now on, on a thread of its own each time.
  ///
  /// @param name without `SIG`
  static void answer(String name, Runnable answer) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object answering =
          Proxy.newProxyInstance(
              Signals.class.getClassLoader(),
              new Class<?>[] {handler},
              (proxy, method, arguments) -> {
                if (method.getName().equals("handle")) {
                  answer.run();
                }
                return null;
              });
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance(name), answering);
    } catch (ReflectiveOperationException e) {
      LOG.warn("SIG{} has Java's own effect, as this runtime hands out no signals", name, e);
    }
  }
}

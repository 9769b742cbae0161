package io.denim.chaincode.launch;

import java.nio.file.Path;
import java.util.List;

/// An entry of `chaincode.externalBuilders` in core.yaml.
///
/// @param path holds `bin/detect`, `bin/build`, and perhaps `bin/release` and `bin/run`
/// @param propagateEnvironment variables of the peer that its programs see
public record ExternalBuilder(String name, Path path, List<String> propagateEnvironment) {
  public ExternalBuilder {
    propagateEnvironment = List.copyOf(propagateEnvironment);
  }
}

package io.denim.channelconfig;

import com.google.protobuf.ByteString;
import io.denim.policy.PolicyOutcome;
import io.denim.policy.SignedData;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.hyperledger.fabric.protos.common.Config;
import org.hyperledger.fabric.protos.common.ConfigEnvelope;
import org.hyperledger.fabric.protos.common.ConfigGroup;
import org.hyperledger.fabric.protos.common.ConfigSignature;
import org.hyperledger.fabric.protos.common.ConfigUpdate;
import org.hyperledger.fabric.protos.common.ConfigUpdateEnvelope;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.HeaderType;

/// Changes of a channel's configuration: who may make them, and what they lead to (fabric v3.1.5
/// common/configtx/validator.go, update.go). The order of checks and the texts are upstream's.
public final class ConfigUpdates {
  private ConfigUpdates() {}

  /// Applies an envelope of type CONFIG_UPDATE, as an orderer does with one that is broadcast.
  public static ConfigUpdateOutcome propose(ChannelConfig current, Envelope update) {
    try {
      ConfigUpdateEnvelope signed = updateOf(update, "error converting envelope to config update");
      ConfigTree result;
      try {
        result = authorize(current, signed);
      } catch (ChannelConfigException e) {
        throw e.within("error authorizing update");
      }
      return new ConfigUpdateOutcome.Authorized(
          ConfigEnvelope.newBuilder()
              .setConfig(
                  Config.newBuilder()
                      .setSequence(current.sequence() + 1)
                      .setChannelGroup(groupOf(result)))
              .setLastUpdate(update)
              .build());
    } catch (ChannelConfigException e) {
      return new ConfigUpdateOutcome.Refused(String.valueOf(e.getMessage()));
    }
  }

  /// Checks that a proposed or ordered configuration is what its own update leads to, as peers and
  /// orderers do with a CONFIG message.
  public static ConfigUpdateOutcome validate(ChannelConfig current, ConfigEnvelope proposed) {
    try {
      if (!proposed.hasConfig()) {
        throw new ChannelConfigException("config envelope has nil config");
      }
      long sequence = proposed.getConfig().getSequence();
      if (sequence != current.sequence() + 1) {
        throw new ChannelConfigException(
            "config currently at sequence "
                + Long.toUnsignedString(current.sequence())
                + ", cannot validate config at sequence "
                + Long.toUnsignedString(sequence));
      }
      ConfigUpdateEnvelope signed =
          Messages.content(
              proposed.getLastUpdate(), HeaderType.CONFIG_UPDATE, Messages.CONFIG_UPDATE_ENVELOPE);
      ConfigGroup result = groupOf(authorize(current, signed));
      if (!result.equals(proposed.getConfig().getChannelGroup())) {
        throw new ChannelConfigException(
            "ConfigEnvelope LastUpdate did not produce the supplied config result");
      }
      return new ConfigUpdateOutcome.Authorized(proposed);
    } catch (ChannelConfigException e) {
      return new ConfigUpdateOutcome.Refused(String.valueOf(e.getMessage()));
    }
  }

  /// The smallest update that leads from one configuration to another, without a channel id, as
  /// `configtxlator compute_update` makes it.
  ///
  /// @throws ChannelConfigException if they do not differ, or one has no channel group
  public static ConfigUpdate compute(Config original, Config updated)
      throws ChannelConfigException {
    return ConfigDelta.between(original, updated);
  }

  private static ConfigUpdateEnvelope updateOf(Envelope envelope, String context)
      throws ChannelConfigException {
    try {
      return Messages.content(envelope, HeaderType.CONFIG_UPDATE, Messages.CONFIG_UPDATE_ENVELOPE);
    } catch (ChannelConfigException e) {
      throw e.within(context);
    }
  }

  private static ConfigGroup groupOf(ConfigTree tree) throws ChannelConfigException {
    try {
      return tree.toGroup();
    } catch (ChannelConfigException e) {
      throw e.within("could not turn configMap back to channelGroup");
    }
  }

  private static ConfigTree authorize(ChannelConfig current, ConfigUpdateEnvelope signed)
      throws ChannelConfigException {
    ConfigUpdate update = Messages.parse(Messages.CONFIG_UPDATE, signed.getConfigUpdate());
    if (!update.getChannelId().equals(current.channelId())) {
      throw new ChannelConfigException(
          "ConfigUpdate for channel '"
              + update.getChannelId()
              + "' but envelope for channel '"
              + current.channelId()
              + "'");
    }
    ConfigTree readSet = set(update.hasReadSet(), update.getReadSet(), "error mapping ReadSet");
    verifyReadSet(current.tree(), readSet);
    ConfigTree writeSet = set(update.hasWriteSet(), update.getWriteSet(), "error mapping WriteSet");
    Map<String, ConfigElement> delta = delta(readSet, writeSet);
    List<SignedData> signatures = signatures(signed);
    try {
      verifyDelta(current, delta, signatures);
    } catch (ChannelConfigException e) {
      throw e.within("error validating DeltaSet");
    }
    ConfigTree result = current.tree().with(delta);
    for (String name : writeSet.elements().keySet()) {
      if (result.get(name) == null) {
        throw new ChannelConfigException(
            "full config did not verify: writeset contained key "
                + name
                + " which did not appear in proposed config");
      }
    }
    return result;
  }

  private static ConfigTree set(boolean present, ConfigGroup group, String context)
      throws ChannelConfigException {
    try {
      return ConfigTree.of(present ? Optional.of(group) : Optional.empty());
    } catch (ChannelConfigException e) {
      throw e.within(context);
    }
  }

  private static void verifyReadSet(ConfigTree current, ConfigTree readSet)
      throws ChannelConfigException {
    for (Map.Entry<String, ConfigElement> entry : readSet.elements().entrySet()) {
      String name = entry.getKey();
      ConfigElement existing = current.get(name);
      if (existing == null) {
        throw new ChannelConfigException(
            "error validating ReadSet: existing config does not contain element for "
                + name
                + " but was in the read set");
      }
      if (existing.version() != entry.getValue().version()) {
        throw new ChannelConfigException(
            "error validating ReadSet: proposed update requires that key "
                + name
                + " be at version "
                + Long.toUnsignedString(entry.getValue().version())
                + ", but it is currently at version "
                + Long.toUnsignedString(existing.version()));
      }
    }
  }

  /// What a write set changes: the elements whose versions are not those that were read.
  static Map<String, ConfigElement> delta(ConfigTree readSet, ConfigTree writeSet) {
    Map<String, ConfigElement> delta = new TreeMap<>();
    for (Map.Entry<String, ConfigElement> entry : writeSet.elements().entrySet()) {
      ConfigElement read = readSet.get(entry.getKey());
      if (read == null || read.version() != entry.getValue().version()) {
        delta.put(entry.getKey(), entry.getValue());
      }
    }
    return delta;
  }

  private static List<SignedData> signatures(ConfigUpdateEnvelope signed)
      throws ChannelConfigException {
    List<SignedData> signatures = new ArrayList<>(signed.getSignaturesCount());
    for (ConfigSignature signature : signed.getSignaturesList()) {
      ByteString header = signature.getSignatureHeader();
      ByteString creator = Messages.parse(Messages.SIGNATURE_HEADER, header).getCreator();
      signatures.add(
          new SignedData(
              header.concat(signed.getConfigUpdate()), creator, signature.getSignature()));
    }
    return signatures;
  }

  private static void verifyDelta(
      ChannelConfig current, Map<String, ConfigElement> delta, List<SignedData> signatures)
      throws ChannelConfigException {
    if (delta.isEmpty()) {
      throw new ChannelConfigException("delta set was empty -- update would have no effect");
    }
    for (Map.Entry<String, ConfigElement> entry : delta.entrySet()) {
      verifyChange(current, entry.getKey(), entry.getValue(), signatures);
    }
  }

  private static void verifyChange(
      ChannelConfig current, String name, ConfigElement proposed, List<SignedData> signatures)
      throws ChannelConfigException {
    checkModPolicy(name, proposed.modPolicy());
    String version = Long.toUnsignedString(proposed.version());
    ConfigElement existing = current.tree().get(name);
    if (existing == null) {
      if (proposed.version() != 0) {
        throw new ChannelConfigException(
            "attempted to set key " + name + " to version " + version + ", but key does not exist");
      }
      return;
    }
    if (proposed.version() != existing.version() + 1) {
      throw new ChannelConfigException(
          "attempt to set key "
              + name
              + " to version "
              + version
              + ", but key is at version "
              + Long.toUnsignedString(existing.version()));
    }
    String path = modPolicyPath(existing);
    if (!current.policies().has(path)) {
      throw new ChannelConfigException(
          "unexpected missing policy " + existing.modPolicy() + " for item " + name);
    }
    switch (current.policies().policy(path).evaluate(signatures)) {
      case PolicyOutcome.Satisfied satisfied -> {}
      case PolicyOutcome.Unsatisfied(String reason) ->
          throw new ChannelConfigException("policy for " + name + " not satisfied: " + reason);
    }
  }

  private static void checkModPolicy(String name, String modPolicy) throws ChannelConfigException {
    String context = "invalid mod_policy for element " + name + ": ";
    if (modPolicy.isEmpty()) {
      throw new ChannelConfigException(context + "mod_policy not set");
    }
    String relative = modPolicy.startsWith("/") ? modPolicy.substring(1) : modPolicy;
    String[] parts = relative.split("/", -1);
    for (int i = 0; i < parts.length; i++) {
      Optional<String> problem = ChannelIds.elementProblem(parts[i]);
      if (problem.isPresent()) {
        throw new ChannelConfigException(
            context + "path element at " + i + " is invalid: " + problem.get());
      }
    }
  }

  /// A relative policy is meant within the element's own group; a group is its own.
  private static String modPolicyPath(ConfigElement element) {
    String modPolicy = element.modPolicy();
    if (modPolicy.startsWith("/")) {
      return modPolicy;
    }
    var path = new StringBuilder();
    for (String part : element.path()) {
      path.append('/').append(part);
    }
    if (element instanceof ConfigElement.Group) {
      path.append('/').append(element.key());
    }
    return path.append('/').append(modPolicy).toString();
  }
}

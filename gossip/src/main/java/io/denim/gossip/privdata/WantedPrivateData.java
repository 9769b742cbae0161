package io.denim.gossip.privdata;

import io.denim.gossip.core.ChannelMember;
import java.util.function.Predicate;
import org.hyperledger.fabric.protos.gossip.PvtDataDigest;

/// A private write set that this peer lacks, and who may have it.
///
/// @param preferred those who most likely have it, such as its endorsers
/// @param member those who are members of its collection
/// @param blockToLive for how many blocks its collection keeps data; 0 for ever
public record WantedPrivateData(
    PvtDataDigest digest,
    Predicate<ChannelMember> preferred,
    Predicate<ChannelMember> member,
    long blockToLive) {}

package io.denim.order;

/// How a node stands to one channel, as the channel participation API tells it.
record ChannelInfo(String name, Chain.Participation participation, long height) {}

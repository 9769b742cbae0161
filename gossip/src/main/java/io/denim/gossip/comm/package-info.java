/// Authenticated streams between peers: handshake, sending, requests and their answers.
@NullMarked
package io.denim.gossip.comm;

import org.jspecify.annotations.NullMarked;

package io.denim.gossip.core;

import org.hyperledger.fabric.protos.gossip.GossipMessage;
import org.hyperledger.fabric.protos.gossip.GossipMessage.Tag;
import org.hyperledger.fabric.protos.gossip.PullMsgType;

/// Who may see a kind of message, which its tag must say (fabric v3.1.5 gossip/protoext/message.go
/// IsTagLegal).
final class Tags {
  private Tags() {}

  static boolean isLegal(GossipMessage message) {
    Tag tag = message.getTag();
    return switch (message.getContentCase()) {
      case DATA_MSG, LEADERSHIP_MSG -> tag == Tag.CHAN_AND_ORG;
      case ALIVE_MSG, MEM_REQ, MEM_RES -> tag == Tag.EMPTY;
      case PEER_IDENTITY -> tag == Tag.ORG_ONLY;
      case HELLO, DATA_DIG, DATA_REQ, DATA_UPDATE ->
          switch (pullType(message)) {
            case BLOCK_MSG -> tag == Tag.CHAN_AND_ORG;
            case IDENTITY_MSG -> tag == Tag.EMPTY;
            case UNDEFINED, UNRECOGNIZED -> false;
          };
      case STATE_INFO, STATE_INFO_PULL_REQ, STATE_SNAPSHOT, STATE_REQUEST, STATE_RESPONSE ->
          tag == Tag.CHAN_OR_ORG;
      case EMPTY, CONN, ACK, PRIVATEREQ, PRIVATERES, PRIVATE_DATA, CONTENT_NOT_SET -> false;
    };
  }

  static PullMsgType pullType(GossipMessage message) {
    return switch (message.getContentCase()) {
      case HELLO -> message.getHello().getMsgType();
      case DATA_DIG -> message.getDataDig().getMsgType();
      case DATA_REQ -> message.getDataReq().getMsgType();
      case DATA_UPDATE -> message.getDataUpdate().getMsgType();
      default -> PullMsgType.UNDEFINED;
    };
  }
}

package io.denim.chaincode;

import io.denim.ledger.SimulationException;

/// Keeps a chaincode from private data that the proposal's creator may not touch. Each collection
/// is asked for once in a transaction.
final class CollectionAccess {
  private final CollectionPermissions permissions;

  CollectionAccess(CollectionPermissions permissions) {
    this.permissions = permissions;
  }

  void checkRead(TransactionContext context, String collection) throws SimulationException {
    checkNotInit(context);
    if (!permission(context, collection).read()) {
      throw refused("read", context, collection);
    }
  }

  void checkWrite(TransactionContext context, String collection) throws SimulationException {
    checkNotInit(context);
    if (!permission(context, collection).write()) {
      throw refused("write", context, collection);
    }
  }

  static void checkNotInit(TransactionContext context) throws SimulationException {
    if (context.init) {
      throw new SimulationException("private data APIs are not allowed in chaincode Init()");
    }
  }

  private CollectionPermissions.Permission permission(TransactionContext context, String collection)
      throws SimulationException {
    CollectionPermissions.Permission known = context.knownPermission(collection);
    if (known != null) {
      return known;
    }
    CollectionPermissions.Permission found =
        permissions.permission(
            context.channelId(),
            context.namespace(),
            collection,
            context.invocation.signedProposal(),
            context.simulator);
    context.remember(collection, found);
    return found;
  }

  private static SimulationException refused(
      String what, TransactionContext context, String collection) {
    return new SimulationException(
        "tx creator does not have "
            + what
            + " access permission on privatedata in chaincodeName:"
            + context.namespace()
            + " collectionName: "
            + collection);
  }
}

/// A CouchDB server over HTTP: databases, documents, queries and indexes.
@NullMarked
package io.denim.ledger.couch;

import org.jspecify.annotations.NullMarked;

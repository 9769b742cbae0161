/// JSON queries as CouchDB answers them: values, collation, selectors, indexes and the choice among
/// them. Nothing here reads a file, a socket or a clock.
@NullMarked
package io.denim.ledger.json;

import org.jspecify.annotations.NullMarked;

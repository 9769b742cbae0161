/// Signature and implicit-meta policies and the policy language.
@NullMarked
package io.denim.policy;

import org.jspecify.annotations.NullMarked;

package io.denim.gateway;

import com.google.protobuf.Any;
import com.google.rpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.List;
import org.hyperledger.fabric.protos.gateway.ErrorDetail;

/// gRPC errors in Fabric's form. Stateless.
///
/// Follows fabric v3.1.5 internal/pkg/gateway/apiutils.go.
final class RpcErrors {
  private static final String[] GO_NAMES = {
    "OK",
    "Canceled",
    "Unknown",
    "InvalidArgument",
    "DeadlineExceeded",
    "NotFound",
    "AlreadyExists",
    "PermissionDenied",
    "ResourceExhausted",
    "FailedPrecondition",
    "Aborted",
    "OutOfRange",
    "Unimplemented",
    "Internal",
    "Unavailable",
    "DataLoss",
    "Unauthenticated"
  };

  private RpcErrors() {}

  static StatusRuntimeException of(Code code, String message) {
    return of(code, message, List.of());
  }

  static StatusRuntimeException of(Code code, String message, List<ErrorDetail> details) {
    Status.Builder status = Status.newBuilder().setCode(code.value()).setMessage(message);
    for (ErrorDetail detail : details) {
      status.addDetails(Any.pack(detail));
    }
    return StatusProto.toStatusRuntimeException(status.build());
  }

  /// An error of another node as Go writes it.
  static String text(io.grpc.Status status) {
    String description = status.getDescription();
    return "rpc error: code = "
        + GO_NAMES[status.getCode().value()]
        + " desc = "
        + (description == null ? "" : description);
  }
}

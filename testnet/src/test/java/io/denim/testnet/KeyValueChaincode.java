package io.denim.testnet;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.hyperledger.fabric.shim.Chaincode;
import org.hyperledger.fabric.shim.ChaincodeBase;
import org.hyperledger.fabric.shim.ChaincodeStub;

/// A chaincode for tests, on Fabric's Java shim: each function is one or two shim calls.
public final class KeyValueChaincode extends ChaincodeBase {
  public static void main(String[] arguments) {
    new KeyValueChaincode().start(arguments);
  }

  @Override
  public Chaincode.Response init(ChaincodeStub stub) {
    return success("");
  }

  @Override
  public Chaincode.Response invoke(ChaincodeStub stub) {
    List<String> arguments = stub.getParameters();
    return switch (stub.getFunction()) {
      case "get" -> success(text(stub.getState(arguments.getFirst())));
      case "put" -> {
        stub.putStringState(arguments.get(0), arguments.get(1));
        yield success(arguments.get(1));
      }
      case "increment" -> {
        String before = text(stub.getState(arguments.getFirst()));
        String after = String.valueOf(before.isEmpty() ? 1 : Integer.parseInt(before) + 1);
        stub.putStringState(arguments.getFirst(), after);
        yield success(after);
      }
      case "event" -> {
        stub.putStringState("event", arguments.get(1));
        stub.setEvent(arguments.get(0), bytes(arguments.get(1)));
        yield success("");
      }
      case "putPrivate" -> {
        byte[] value = stub.getTransient().get("value");
        stub.putPrivateData(arguments.get(0), arguments.get(1), value);
        yield success("");
      }
      case "getPrivate" -> success(text(stub.getPrivateData(arguments.get(0), arguments.get(1))));
      case "hasPrivate" -> {
        byte[] hash = stub.getPrivateDataHash(arguments.get(0), arguments.get(1));
        yield success(String.valueOf(hash != null && hash.length > 0));
      }
      case "fail" -> failure(arguments.getFirst());
      default -> failure("no function " + stub.getFunction());
    };
  }

  private static Chaincode.Response success(String payload) {
    return new Chaincode.Response(Chaincode.Response.Status.SUCCESS, null, bytes(payload));
  }

  private static Chaincode.Response failure(String message) {
    return new Chaincode.Response(
        Chaincode.Response.Status.INTERNAL_SERVER_ERROR, message, new byte[0]);
  }

  private static String text(byte[] value) {
    return value == null ? "" : new String(value, StandardCharsets.UTF_8);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}

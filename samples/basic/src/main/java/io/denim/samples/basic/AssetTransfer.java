package io.denim.samples.basic;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.hyperledger.fabric.shim.Chaincode;
import org.hyperledger.fabric.shim.ChaincodeBase;
import org.hyperledger.fabric.shim.ChaincodeStub;
import org.hyperledger.fabric.shim.ledger.KeyValue;
import org.hyperledger.fabric.shim.ledger.QueryResultsIterator;
import org.json.JSONException;

/// The well-known asset-transfer chaincode with the functions, arguments and JSON of
/// fabric-samples' `asset-transfer-basic`. It uses the shim directly, which starts in a fraction of
/// the time that contract classes found by scanning the class path take.
public final class AssetTransfer extends ChaincodeBase {
  private static final List<Asset> FIRST_ASSETS =
      List.of(
          new Asset("asset1", "blue", 5, "Tomoko", 300),
          new Asset("asset2", "red", 5, "Brad", 400),
          new Asset("asset3", "green", 10, "Jin Soo", 500),
          new Asset("asset4", "yellow", 10, "Max", 600),
          new Asset("asset5", "black", 15, "Adriana", 700),
          new Asset("asset6", "white", 15, "Michel", 800));

  public static void main(String[] arguments) {
    new AssetTransfer().start(arguments);
  }

  @Override
  public Chaincode.Response init(ChaincodeStub stub) {
    return success(new byte[0]);
  }

  @Override
  public Chaincode.Response invoke(ChaincodeStub stub) {
    try {
      String answer = call(stub, stub.getFunction(), stub.getParameters());
      return success(answer.getBytes(StandardCharsets.UTF_8));
    } catch (RefusedException e) {
      return failure(e.getMessage());
    }
  }

  private static String call(ChaincodeStub stub, String function, List<String> arguments)
      throws RefusedException {
    return switch (function) {
      case "InitLedger" -> initLedger(stub);
      case "CreateAsset" -> createAsset(stub, asset(function, arguments));
      case "ReadAsset" -> read(stub, arguments(function, arguments, 1).getFirst()).json();
      case "UpdateAsset" -> updateAsset(stub, asset(function, arguments));
      case "DeleteAsset" -> deleteAsset(stub, arguments(function, arguments, 1).getFirst());
      case "AssetExists" ->
          String.valueOf(exists(stub, arguments(function, arguments, 1).getFirst()));
      case "TransferAsset" -> {
        List<String> both = arguments(function, arguments, 2);
        yield transferAsset(stub, both.get(0), both.get(1));
      }
      case "GetAllAssets" -> getAllAssets(stub);
      default -> throw new RefusedException("Function " + function + " not found in contract");
    };
  }

  private static String initLedger(ChaincodeStub stub) {
    FIRST_ASSETS.forEach(asset -> write(stub, asset));
    return "";
  }

  private static String createAsset(ChaincodeStub stub, Asset asset) throws RefusedException {
    if (exists(stub, asset.id())) {
      throw new RefusedException("the asset " + asset.id() + " already exists");
    }
    write(stub, asset);
    return "";
  }

  private static String updateAsset(ChaincodeStub stub, Asset asset) throws RefusedException {
    requireExisting(stub, asset.id());
    write(stub, asset);
    return "";
  }

  private static String deleteAsset(ChaincodeStub stub, String id) throws RefusedException {
    requireExisting(stub, id);
    stub.delState(id);
    return "";
  }

  /// Answers with the old owner.
  private static String transferAsset(ChaincodeStub stub, String id, String newOwner)
      throws RefusedException {
    Asset asset = read(stub, id);
    write(stub, asset.withOwner(newOwner));
    return asset.owner();
  }

  private static String getAllAssets(ChaincodeStub stub) throws RefusedException {
    StringBuilder all = new StringBuilder("[");
    try (QueryResultsIterator<KeyValue> results = stub.getStateByRange("", "")) {
      for (KeyValue result : results) {
        all.append(all.length() == 1 ? "" : ",").append(parse(result.getStringValue()).json());
      }
    } catch (RefusedException e) {
      throw e;
    } catch (Exception e) { // the shim's close may throw anything
      throw new RefusedException("failed to read from world state: " + e.getMessage());
    }
    return all.append("]").toString();
  }

  private static boolean exists(ChaincodeStub stub, String id) {
    byte[] state = stub.getState(id);
    return state != null && state.length > 0;
  }

  private static void requireExisting(ChaincodeStub stub, String id) throws RefusedException {
    if (!exists(stub, id)) {
      throw doesNotExist(id);
    }
  }

  private static Asset read(ChaincodeStub stub, String id) throws RefusedException {
    byte[] state = stub.getState(id);
    if (state == null || state.length == 0) {
      throw doesNotExist(id);
    }
    return parse(new String(state, StandardCharsets.UTF_8));
  }

  private static Asset parse(String json) throws RefusedException {
    try {
      return Asset.parse(json);
    } catch (JSONException e) {
      throw new RefusedException("the state holds something that is no asset: " + e.getMessage());
    }
  }

  private static void write(ChaincodeStub stub, Asset asset) {
    stub.putState(asset.id(), asset.json().getBytes(StandardCharsets.UTF_8));
  }

  private static RefusedException doesNotExist(String id) {
    return new RefusedException("the asset " + id + " does not exist");
  }

  private static Asset asset(String function, List<String> arguments) throws RefusedException {
    List<String> five = arguments(function, arguments, 5);
    return new Asset(
        five.get(0), five.get(1), number(five.get(2)), five.get(3), number(five.get(4)));
  }

  private static List<String> arguments(String function, List<String> arguments, int count)
      throws RefusedException {
    if (arguments.size() != count) {
      throw new RefusedException(
          "Incorrect number of params for "
              + function
              + ". Expected "
              + count
              + ", received "
              + arguments.size());
    }
    return arguments;
  }

  private static int number(String text) throws RefusedException {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new RefusedException("'" + text + "' is not a whole number");
    }
  }

  private static Chaincode.Response success(byte[] payload) {
    return new Chaincode.Response(Chaincode.Response.Status.SUCCESS, null, payload);
  }

  private static Chaincode.Response failure(String message) {
    return new Chaincode.Response(
        Chaincode.Response.Status.INTERNAL_SERVER_ERROR, message, new byte[0]);
  }

  /// An invocation that breaks the rules of assets; the message is the answer.
  private static final class RefusedException extends Exception {
    RefusedException(String message) {
      super(message);
    }

    @Override
    public String getMessage() {
      return String.valueOf(super.getMessage());
    }
  }
}

package io.denim.testnet;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.denim.cli.ClientException;
import io.denim.cli.GatewayClient;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `denim invoke`: a transaction.
@Command(
    name = "invoke",
    description = "Calls a chaincode's function and commits what it did.",
    mixinStandardHelpOptions = true)
final class InvokeCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Mixin private CallOptions options = new CallOptions();

  @Override
  public Integer call() throws NetworkException, ClientException {
    try (GatewayClient gateway = options.gateway()) {
      GatewayClient.Committed committed = gateway.submit(options.call());
      String result = committed.result().toStringUtf8();
      if (options.json()) {
        System.out.println(
            JSON.createObjectNode()
                .put("transaction", committed.txId())
                .put("block", committed.blockNumber())
                .put("status", "VALID")
                .put("result", result));
      } else {
        System.out.println(
            "Committed transaction " + committed.txId() + " in block " + committed.blockNumber());
        if (!result.isEmpty()) {
          System.out.println(result);
        }
      }
      return 0;
    }
  }
}

package io.denim.testnet;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.denim.cli.ClientException;
import io.denim.cli.GatewayClient;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `denim query`: a call without a transaction.
@Command(
    name = "query",
    description = "Calls a chaincode's function and shows its answer.",
    mixinStandardHelpOptions = true)
final class QueryCommand implements Callable<Integer> {
  @Mixin private CallOptions options = new CallOptions();

  @Override
  public Integer call() throws NetworkException, ClientException {
    try (GatewayClient gateway = options.gateway()) {
      String result = gateway.evaluate(options.call()).toStringUtf8();
      System.out.println(
          options.json()
              ? new ObjectMapper().createObjectNode().put("result", result).toString()
              : result);
      return 0;
    }
  }
}

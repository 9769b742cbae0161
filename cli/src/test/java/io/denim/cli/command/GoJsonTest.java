package io.denim.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import org.hyperledger.fabric.protos.peer.lifecycle.ChaincodeSource;
import org.hyperledger.fabric.protos.peer.lifecycle.QueryApprovedChaincodeDefinitionResult;
import org.hyperledger.fabric.protos.peer.lifecycle.QueryChaincodeDefinitionResult;
import org.junit.jupiter.api.Test;

class GoJsonTest {
  @Test
  void writesAMessageAsGoWritesItsStruct() {
    QueryChaincodeDefinitionResult result =
        QueryChaincodeDefinitionResult.newBuilder()
            .setSequence(1)
            .setVersion("1.0")
            .setValidationParameter(ByteString.copyFromUtf8("a"))
            .putApprovals("Org2MSP", false)
            .putApprovals("Org1MSP", true)
            .build();

    assertThat(GoJson.compact(result))
        .isEqualTo(
            "{\"sequence\":1,\"version\":\"1.0\",\"validation_parameter\":\"YQ==\","
                + "\"approvals\":{\"Org1MSP\":true,\"Org2MSP\":false}}");
  }

  @Test
  void namesAChoiceByItsGoField() {
    QueryApprovedChaincodeDefinitionResult result =
        QueryApprovedChaincodeDefinitionResult.newBuilder()
            .setSource(
                ChaincodeSource.newBuilder()
                    .setLocalPackage(ChaincodeSource.Local.newBuilder().setPackageId("p:1")))
            .build();

    assertThat(GoJson.compact(result))
        .isEqualTo("{\"source\":{\"Type\":{\"LocalPackage\":{\"package_id\":\"p:1\"}}}}");
    assertThat(GoJson.compact(ChaincodeSource.getDefaultInstance())).isEqualTo("{\"Type\":null}");
  }

  @Test
  void indentsByTabsAndLeavesTextsAndEmptyTablesAlone() {
    assertThat(GoJson.indented("{\"a\": [1,2],\"b\":{},\"c\":\"{,:\\\"\"}"))
        .isEqualTo("{\n\t\"a\": [\n\t\t1,\n\t\t2\n\t],\n\t\"b\": {},\n\t\"c\": \"{,:\\\"\"\n}");
  }
}

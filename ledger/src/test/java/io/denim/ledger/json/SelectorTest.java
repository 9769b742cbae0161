package io.denim.ledger.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SelectorTest {
  private static final String DOCUMENT =
      """
      {"color":"red","size":5,"tags":["a","b",3],"owner":{"name":"Tom","age":30.5},
       "dotted.name":1,"none":null,"yes":true,"empty":[],"items":[{"n":1,"ok":true},{"n":7}],
       "scores":[80,84],"big":1e20,"umlaut":"ä"}\
      """;

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"color":"red"}                                  | true
          {"color":"Red"}                                  | false
          {"color":{"$eq":"red"},"size":5}                 | true
          {"color":"red","size":6}                         | false
          {}                                               | true
          {"owner.name":"Tom"}                             | true
          {"owner":{"name":"Tom"}}                         | true
          {"owner":{"name":"Tom","age":{"$gt":30}}}        | true
          {"owner":{"$eq":{"name":"Tom","age":30.5}}}      | true
          {"dotted\\\\.name":1}                            | true
          {"dotted.name":1}                                | false
          {"items.1.n":7}                                  | true
          {"items.2.n":7}                                  | false
          {"size":{"$gt":"4"}}                             | false
          {"size":{"$lt":"4"}}                             | true
          {"none":null}                                    | true
          {"lacks":null}                                   | false
          {"none":{"$lt":false}}                           | true
          {"yes":{"$gt":false}}                            | true
          {"tags":{"$gt":{"a":1}}}                         | false
          {"tags":{"$gt":"zzz"}}                           | true
          {"color":{"$gt":"RED"}}                          | false
          {"color":{"$lt":"RED"}}                          | true
          {"umlaut":{"$gt":"a","$lt":"b"}}                 | true
          {"$and":[{"size":{"$gte":5}},{"size":{"$lte":5}}]} | true
          {"$or":[{"size":6},{"color":"red"}]}             | true
          {"$or":[{"size":6},{"color":"blue"}]}            | false
          {"$nor":[{"size":6},{"color":"blue"}]}           | true
          {"$nor":[{"size":6},{"color":"red"}]}            | false
          {"$nor":[{"lacks":6}]}                           | false
          {"$not":{"size":6}}                              | true
          {"size":{"$not":{"$gt":5}}}                      | true
          {"$not":{"$not":{"size":5}}}                     | true
          {"$not":{"lacks":6}}                             | false
          {"size":{"$ne":5}}                               | false
          {"lacks":{"$ne":5}}                              | false
          {"lacks":{"$exists":false}}                      | true
          {"size":{"$exists":false}}                       | false
          {"none":{"$exists":true}}                        | true
          {"$not":{"lacks":{"$exists":true}}}              | true
          {"size":{"$in":[1,5]}}                           | true
          {"size":{"$in":[]}}                              | false
          {"tags":{"$in":["z","b"]}}                       | true
          {"size":{"$nin":[1,5]}}                          | false
          {"size":{"$nin":[]}}                             | true
          {"tags":{"$nin":["z"]}}                          | true
          {"lacks":{"$nin":["z"]}}                         | false
          {"tags":{"$all":["a",3]}}                        | true
          {"tags":{"$all":["a",4]}}                        | false
          {"tags":{"$all":[["a","b",3]]}}                  | true
          {"tags":{"$all":[]}}                             | false
          {"color":{"$all":["red"]}}                       | false
          {"tags":{"$size":3}}                             | true
          {"color":{"$size":3}}                            | false
          {"size":{"$mod":[3,2]}}                          | true
          {"size":{"$mod":[-3,2]}}                         | true
          {"owner.age":{"$mod":[2,0]}}                     | false
          {"big":{"$mod":[7,2]}}                           | true
          {"color":{"$regex":"^r.d$"}}                     | true
          {"color":{"$regex":"e"}}                         | true
          {"color":{"$regex":"(?i)RED"}}                   | true
          {"color":{"$regex":"[[:upper:]]"}}               | false
          {"size":{"$regex":"5"}}                          | false
          {"color":{"$not":{"$regex":"x"}}}                | true
          {"lacks":{"$not":{"$regex":"x"}}}                | false
          {"umlaut":{"$regex":"^..$"}}                     | true
          {"color":{"$beginsWith":"re"}}                   | true
          {"color":{"$beginsWith":"ed"}}                   | false
          {"items":{"$elemMatch":{"n":1,"ok":true}}}       | true
          {"items":{"$elemMatch":{"n":7,"ok":true}}}       | false
          {"scores":{"$elemMatch":{"$gte":83,"$lt":85}}}   | true
          {"scores":{"$elemMatch":{"$gte":85}}}            | false
          {"scores":{"$elemMatch":{"$nor":[{"$eq":1}]}}}   | false
          {"scores":{"$allMatch":{"$gte":80}}}             | true
          {"scores":{"$allMatch":{"$gt":80}}}              | false
          {"empty":{"$allMatch":{"$gt":80}}}               | false
          {"owner":{"$keyMapMatch":{"$eq":"age"}}}         | true
          {"owner":{"$keyMapMatch":{"$eq":"size"}}}        | false
          {"color":{"$type":"string"}}                     | true
          {"none":{"$type":"null"}}                        | true
          {"items":{"$type":"object"}}                     | false
          {"items":{"$type":"array"}}                      | true
          {"owner":{}}                                     | false
          {"size":5.0}                                     | true
          {"$and":[]}                                      | true
          {"color":"red","$or":[]}                         | true
          """)
  void matchesAsCouchDbDoes(String selector, boolean matches) throws Exception {
    Condition condition = SelectorParser.parse(json(selector));
    assertThat(
            new Matching(QueryAllowance.unlimited())
                .matches(condition, JsonParser.parse(bytes(DOCUMENT))))
        .isEqualTo(matches);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          []                      | invalid_selector_json | Selector must be a JSON object, not: []
          {"$gt":5}               | invalid_selector      | One or more conditions is missing a field name.
          {"a":{"$in":5}}         | bad_arg               | Bad argument for operator $in: 5
          {"$or":{"a":1}}         | bad_arg               | Bad argument for operator $or: {"a":1}
          {"a":{"$exists":1}}     | bad_arg               | Bad argument for operator $exists: 1
          {"a":{"$mod":[2.0,1]}}  | bad_arg               | Bad argument for operator $mod: [2,1]
          {"a":{"$mod":[0,1]}}    | bad_arg               | Bad argument for operator $mod: [0,1]
          {"a":{"$size":-1}}      | bad_arg               | Bad argument for operator $size: -1
          {"a":{"$regex":"("}}    | bad_arg               | Bad argument for operator $regex: "("
          {"a":{"$foo":1}}        | invalid_operator      | Invalid operator: $foo
          {"a":{"$where":1}}      | not_supported         | Unsupported operator: $where
          {"a..b":1}              | invalid_field_name    | Invalid field name: a..b
          """)
  void refusesAsCouchDbDoes(String selector, String error, String reason) throws Exception {
    Json json = json(selector);
    assertThatThrownBy(() -> SelectorParser.parse(json))
        .isInstanceOfSatisfying(
            QueryException.class,
            e -> {
              assertThat(e.status()).isEqualTo(400);
              assertThat(e.error()).isEqualTo(error);
              assertThat(e).hasMessage(reason);
            });
  }

  @Test
  void anExpressionThatBacktracksWithoutEndDoesNotMatch() throws Exception {
    Condition condition = SelectorParser.parse(json("{\"a\":{\"$regex\":\"^(a|aa|b?)*$\"}}"));
    Json document = json("{\"a\":\"" + "a".repeat(500) + "c\"}");
    assertThat(new Matching(QueryAllowance.unlimited()).matches(condition, document)).isFalse();
  }

  @Test
  void aQueryThatLooksAtTooMuchGivesUp() throws Exception {
    Json document = json("{\"_id\":\"1\",\"a\":1}");
    AtomicInteger read = new AtomicInteger();
    DocumentSource endless =
        new DocumentSource() {
          @Override
          public Cursor documents(String from, String to, boolean descending) {
            return new Cursor() {
              @Override
              public Document next() {
                read.incrementAndGet();
                return new Document("1", (Json.Obj) document, null);
              }

              @Override
              public void close() {}
            };
          }

          @Override
          public List<IndexDefinition> indexes() {
            return List.of();
          }

          @Override
          public Cursor indexed(IndexDefinition index, IndexRange range) {
            throw new IllegalStateException("there is no index");
          }
        };
    Json.Obj query = (Json.Obj) json("{\"selector\":{\"a\":2}}");
    assertThatThrownBy(() -> Find.run(query, endless, Duration.ZERO))
        .isInstanceOfSatisfying(
            QueryException.class, e -> assertThat(e.error()).isEqualTo("timeout"));
    assertThat(read).hasPositiveValue();
  }

  @Test
  void anExpressionThatIsNestedTooDeeplyIsRefused() {
    String nested = "(".repeat(100_000) + ")".repeat(100_000);
    assertThatThrownBy(() -> SelectorParser.parse(json("{\"a\":{\"$regex\":\"" + nested + "\"}}")))
        .isInstanceOf(QueryException.class);
  }

  private static Json json(String text) throws JsonException {
    return JsonParser.parseFirst(bytes(text));
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }
}

package io.denim.policy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.policy.PolicyText.Expression;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hyperledger.fabric.protos.common.MSPPrincipal;
import org.hyperledger.fabric.protos.common.MSPRole;
import org.hyperledger.fabric.protos.common.SignaturePolicy;
import org.hyperledger.fabric.protos.common.SignaturePolicyEnvelope;

/// The text form of signature policies, such as `OR('Org1MSP.member', 'Org2MSP.peer')`: gates
/// `And`, `Or` and `OutOf` (also all upper case; `outof`) over principals in quotes.
///
/// Follows fabric v3.1.5 common/policydsl/policyparser.go, with what is odd there: a number in
/// quotes will do, fractions are cut, one more may be asked for than there are, and a principal
/// that is named twice is two.
public final class PolicyLanguage {
  private static final Pattern PRINCIPAL =
      Pattern.compile("([A-Za-z0-9.-]+)[.](admin|member|client|peer|orderer)");

  private PolicyLanguage() {}

  /// Reads a policy.
  ///
  /// @throws PolicyConfigException if the text is not a policy
  public static SignaturePolicyEnvelope parse(String text) throws PolicyConfigException {
    Expression expression = PolicyText.parse(text);
    if (!(expression instanceof Expression.Call call)) {
      throw expression instanceof Expression.Text(String value)
          ? unknown(value)
          : new PolicyConfigException("invalid policy string '" + text + "'");
    }
    Reader reader = new Reader();
    SignaturePolicy rule = reader.gate(call);
    return SignaturePolicyEnvelope.newBuilder()
        .setRule(rule)
        .addAllIdentities(reader.principals)
        .build();
  }

  /// What Fabric says of a text that it takes for an expression.
  private static PolicyConfigException unknown(String text) {
    Matcher name = Pattern.compile("[\\p{L}_][\\p{L}\\p{Nd}_]*").matcher(text);
    return new PolicyConfigException(
        name.lookingAt()
            ? "unknown name " + name.group()
            : "unexpected token in principal '" + text + "'");
  }

  /// Numbers principals in the order of the text. Owned by the calling thread.
  private static final class Reader {
    private final List<MSPPrincipal> principals = new ArrayList<>();

    SignaturePolicy gate(Expression.Call call) throws PolicyConfigException {
      List<Expression> arguments = call.arguments();
      return switch (call.name()) {
        case "And", "AND" -> outOf(new Expression.Figure(arguments.size(), true), arguments);
        case "Or", "OR" -> outOf(new Expression.Figure(1, true), arguments);
        case "OutOf", "OUTOF", "outof" -> {
          if (arguments.isEmpty()) {
            throw tooFew(0);
          }
          yield outOf(arguments.getFirst(), arguments.subList(1, arguments.size()));
        }
        default -> throw new PolicyConfigException("unknown name " + call.name() + " (1:1)");
      };
    }

    private static PolicyConfigException tooFew(int given) {
      return new PolicyConfigException(
          "expected at least two arguments to NOutOf. Given " + given + " (1:1)");
    }

    private SignaturePolicy outOf(Expression threshold, List<Expression> rules)
        throws PolicyConfigException {
      if (rules.isEmpty()) {
        throw tooFew(1);
      }
      SignaturePolicy[] compiled = new SignaturePolicy[rules.size()];
      for (int i = 0; i < compiled.length; i++) {
        if (rules.get(i) instanceof Expression.Call call) {
          compiled[i] = gate(call); // inner gates number their principals first
        }
      }
      for (int i = 0; i < compiled.length; i++) {
        if (compiled[i] == null) {
          compiled[i] = leaf(rules.get(i));
        }
      }
      long count = count(threshold);
      if (count < 0 || count > rules.size() + 1L) {
        throw new PolicyConfigException(
            "invalid t-out-of-n predicate, t " + count + ", n " + rules.size() + " (1:1)");
      }
      return SignaturePolicy.newBuilder()
          .setNOutOf(
              SignaturePolicy.NOutOf.newBuilder().setN((int) count).addAllRules(List.of(compiled)))
          .build();
    }

    private static long count(Expression threshold) throws PolicyConfigException {
      return switch (threshold) {
        case Expression.Figure(double value, boolean _) -> (long) value;
        case Expression.Text(String text) -> {
          if (PRINCIPAL.matcher(text).matches()) {
            throw unknown(text);
          }
          yield switch (PolicyText.parse(text)) {
            case Expression.Figure(double value, boolean _) -> (long) value;
            case Expression.Call _, Expression.Text _, Expression.Truth _ -> throw unknown(text);
          };
        }
        case Expression.Truth _ -> throw new PolicyConfigException("unexpected type bool (1:1)");
        case Expression.Call(String name, List<Expression> _) ->
            throw new PolicyConfigException(
                "unrecognized type, expected a number, got what " + name + " gives");
      };
    }

    private SignaturePolicy leaf(Expression rule) throws PolicyConfigException {
      return switch (rule) {
        case Expression.Call call -> gate(call);
        case Expression.Text(String text) -> signedBy(text);
        case Expression.Figure(double _, boolean whole) ->
            throw new PolicyConfigException(
                "unexpected type " + (whole ? "int" : "float64") + " (1:1)");
        case Expression.Truth _ -> throw new PolicyConfigException("unexpected type bool (1:1)");
      };
    }

    private SignaturePolicy signedBy(String text) throws PolicyConfigException {
      Matcher principal = PRINCIPAL.matcher(text);
      if (!principal.matches()) {
        throw unknown(text);
      }
      MSPRole role =
          MSPRole.newBuilder()
              .setMspIdentifier(principal.group(1))
              .setRole(MSPRole.MSPRoleType.valueOf(principal.group(2).toUpperCase(Locale.ROOT)))
              .build();
      principals.add(
          MSPPrincipal.newBuilder()
              .setPrincipalClassification(MSPPrincipal.Classification.ROLE)
              .setPrincipal(role.toByteString())
              .build());
      return SignaturePolicy.newBuilder().setSignedBy(principals.size() - 1).build();
    }
  }

  /// Writes a policy so that {@link #parse} reads it again; a principal without text form is
  /// written in angle brackets.
  public static String print(SignaturePolicyEnvelope policy) {
    StringBuilder text = new StringBuilder();
    print(policy.getRule(), policy.getIdentitiesList(), text);
    return text.toString();
  }

  private static void print(
      SignaturePolicy rule, List<MSPPrincipal> principals, StringBuilder text) {
    switch (rule.getTypeCase()) {
      case SIGNED_BY -> {
        int index = rule.getSignedBy();
        text.append(
            index >= 0 && index < principals.size() ? text(principals.get(index)) : "<missing>");
      }
      case N_OUT_OF -> {
        SignaturePolicy.NOutOf gate = rule.getNOutOf();
        int count = gate.getN();
        boolean all = count == gate.getRulesCount() && count > 1;
        text.append(all ? "AND(" : count == 1 ? "OR(" : "OutOf(" + count + ", ");
        for (int i = 0; i < gate.getRulesCount(); i++) {
          text.append(i == 0 ? "" : ", ");
          print(gate.getRules(i), principals, text);
        }
        text.append(')');
      }
      case TYPE_NOT_SET -> text.append("<nothing>");
    }
  }

  private static String text(MSPPrincipal principal) {
    ByteString bytes = principal.getPrincipal();
    if (principal.getPrincipalClassification() == MSPPrincipal.Classification.ROLE) {
      try {
        MSPRole role = MSPRole.parseFrom(bytes);
        return "'"
            + role.getMspIdentifier()
            + "."
            + role.getRole().name().toLowerCase(Locale.ROOT)
            + "'";
      } catch (InvalidProtocolBufferException e) {
        return "<malformed role>";
      }
    }
    return "<"
        + principal.getPrincipalClassification()
        + " "
        + HexFormat.of().formatHex(bytes.toByteArray())
        + ">";
  }
}

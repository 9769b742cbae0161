package io.denim.benchmarks;

import java.util.Collection;
import java.util.Locale;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/// `denim bench steps [PATTERN]`: runs the benchmarks whose names match, each in a JVM of its own,
/// and prints a row of JSON for each; progress goes to the standard error.
public final class StepsMain {
  private static final int WARM_UPS = 2;
  private static final int MEASUREMENTS = 3;
  private static final TimeValue TIME = TimeValue.seconds(2);

  private StepsMain() {}

  public static void main(String[] arguments) {
    OptionsBuilder options = new OptionsBuilder();
    for (String pattern : arguments) {
      options.include(pattern);
    }
    options
        .forks(1)
        .warmupIterations(WARM_UPS)
        .warmupTime(TIME)
        .measurementIterations(MEASUREMENTS)
        .measurementTime(TIME)
        .shouldFailOnError(true);
    try {
      run(options.build()).forEach(result -> System.out.println(row(result)));
    } catch (RunnerException e) {
      System.err.println("denim: " + e.getMessage());
      System.exit(1);
    }
  }

  private static Collection<RunResult> run(Options options) throws RunnerException {
    return new Runner(
            options, OutputFormatFactory.createFormatInstance(System.err, VerboseMode.NORMAL))
        .run();
  }

  private static String row(RunResult result) {
    Result<?> primary = result.getPrimaryResult();
    String benchmark = result.getParams().getBenchmark();
    return String.format(
        Locale.ROOT,
        "{\"benchmark\":\"%s\",\"score\":%.3f,\"error\":%s,\"unit\":\"%s\"}",
        benchmark.substring(StepsMain.class.getPackageName().length() + 1),
        primary.getScore(),
        Double.isFinite(primary.getScoreError())
            ? String.format(Locale.ROOT, "%.3f", primary.getScoreError())
            : "null",
        primary.getScoreUnit());
  }
}

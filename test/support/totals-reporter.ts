import type { Reporter, TestModule } from "vitest/node";

/** Ends the output with the engines that ran and a line of totals that other tools read. */
export default class TotalsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    let passed = 0;
    let skipped = 0;
    let failed = errors.length;
    for (const module of modules) {
      if (module.state() === "failed" && module.errors().length > 0) failed += 1;
      for (const suite of module.children.allSuites()) if (suite.errors().length > 0) failed += 1;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === "passed") passed += 1;
        else if (state === "failed") failed += 1;
        else skipped += 1;
      }
    }
    const engines = process.env.TEST_ENGINES ?? "engines: none started";
    process.stdout.write(`\n${engines}\n${passed} passed, ${failed} failed, ${skipped} skipped\n`);
  }
}

import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "web/src/**/*.test.ts", "test/**/*.test.ts"],
    exclude: ["**/node_modules/**", "test/boundaries/planted/**"],
    globalSetup: ["test/support/global-setup.ts"],
    reporters: ["default", "./test/support/totals-reporter.ts"],
    maxWorkers: 2,
    // Files share their worker: modules are loaded once, which is a tenth of the whole time.
    isolate: false,
    // Of what hangs: a machine that does other things as well takes ten times as long as an idle one.
    testTimeout: 60_000,
    hookTimeout: 180_000,
  },
});

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
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
});

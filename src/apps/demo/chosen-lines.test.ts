import { expect, test } from "vitest";
import type { Logger } from "../../ports/logger.ts";
import { withChosenLines } from "./chosen-lines.ts";

test("well-known lines pass, others become debug, warnings always pass, also through child loggers", () => {
  const said: string[] = [];
  const at = (level: string) => (message: string) => void said.push(`${level} ${message}`);
  const logger: Logger = {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    with: () => logger,
  };
  const child = withChosenLines(logger).with({ service: "executor" });
  child.info("paper trade");
  child.info("signal skipped");
  child.warn("signal skipped");
  expect(said).toEqual(["info paper trade", "debug signal skipped", "warn signal skipped"]);
});

import { describe, expect, test } from "vitest";
import { effectiveVariables } from "./effective.ts";
import { environment, type Variable } from "./environment.ts";
import { parseEnvironment, type Texts } from "./load.ts";

const shown = (texts: Texts) =>
  new Map(
    effectiveVariables(parseEnvironment({ process: texts, file: null })).flatMap(({ variables }) =>
      variables.map((variable) => [variable.name, variable] as const),
    ),
  );

describe("settings as they are shown", () => {
  test("say what is in force, as it would stand in .env", () => {
    const settings = shown({ CAPITAL_USD: "2500.50", MIN_WHALE_SCORE: "7.0" });
    expect(settings.get("CAPITAL_USD")).toMatchObject({ value: "2500.5", isDefault: false });
    expect(settings.get("MIN_WHALE_SCORE")).toMatchObject({ value: "7", isDefault: true });
    expect(settings.get("DATABASE_URL")).toMatchObject({ value: null, isSecret: true, isDefault: true });
  });

  test("hold no secret, whichever is set", () => {
    const secrets = Object.values<Record<string, Variable<unknown>>>(environment)
      .flatMap((group) => Object.entries(group))
      .filter(([, { secret }]) => secret);
    expect(secrets.length).toBeGreaterThan(5);
    const MARK = "s3cretmark";
    const address = `u:${MARK}@example.org/${MARK}`;
    const urls = ["https", "wss", "postgresql"].map((scheme) => `${scheme}://${address}`);
    const forms = [...urls, `${MARK}-${MARK}`, `s3("{files}", "${MARK}")`];
    const texts = Object.fromEntries(
      secrets.map(([name, { kind }]) => [name, forms.find((form) => kind.schema.safeParse(form).success)]),
    );
    expect(Object.values(texts)).not.toContain(undefined);
    const settings = shown(texts);
    for (const [name] of secrets) expect(settings.get(name)).toMatchObject({ value: "[redacted]", isSecret: true });
    expect(JSON.stringify([...settings])).not.toContain(MARK);
  });
});

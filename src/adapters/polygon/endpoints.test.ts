import { describe, expect, test } from "vitest";
import { endpointNames, secretsOf, shownUrl } from "./endpoints.ts";

describe("what is shown of an endpoint", () => {
  test("is its scheme and host, with a number where a host has several keys", () => {
    const urls = [
      "https://node.example/v2/key-one-key",
      "https://other.example/",
      "https://node.example/v2/key-two-key",
    ];
    expect(endpointNames(urls)).toEqual(["https://node.example", "https://other.example", "https://node.example #2"]);
    expect(shownUrl("wss://user:pass@node.example:8546/key")).toBe("wss://node.example:8546");
  });

  test.each([
    ["in the path", "https://node.example/v2/abcdef0123456789", "app abcdef0123456789 is over its limit"],
    ["in the query", "https://node.example/?apikey=abcdef0123456789", "key abcdef0123456789 unknown"],
    ["before the @", "https://someuser:abcdef0123456789@node.example", "no such user: abcdef0123456789"],
    ["written with escapes", "https://node.example/abcdef%3D0123456789", "abcdef=0123456789 is no key"],
  ])("a key %s is taken out of what the provider says", (_where, url, message) => {
    const shown = secretsOf(url)(message);
    expect(shown).not.toMatch(/0123456789/);
    expect(shown).toContain("[redacted]");
  });

  test("ordinary words of a path stay", () => {
    expect(secretsOf("https://node.example/polygon/rpc")("polygon rpc is busy")).toBe("polygon rpc is busy");
  });
});

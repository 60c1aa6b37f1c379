import { afterEach, describe, expect, test } from "vitest";
import { doctorDeps } from "../../src/apps/live/doctor-parts.ts";
import type { EpochMs } from "../../src/core/time/time.ts";
import type { Finding } from "../../src/services/doctor/finding.ts";
import { runDoctor } from "../../src/services/doctor/run-doctor.ts";
import { type LiveCli, type LiveCliOptions, startLiveCli } from "../support/live-cli.ts";

const SLOW_MS = 150_000;
let live: LiveCli | null = null;
afterEach(async () => {
  await live?.stop();
  live = null;
});

type Changes = Readonly<Record<string, string>>;

async function examine(options: LiveCliOptions, changes: Changes = {}, offMs = 0): Promise<readonly Finding[]> {
  live ??= await startLiveCli(options);
  const program = live.program(changes);
  const { clock } = live;
  const off = { ...clock, nowMs: () => (clock.nowMs() + offMs) as EpochMs };
  return runDoctor(doctorDeps({ ...program, clock: off }, true), program.signal);
}
const notOk = (findings: readonly Finding[]) =>
  findings.filter(({ level }) => level !== "ok").map(({ check, level }) => `${level} ${check}`);
const of = (findings: readonly Finding[], check: string) => findings.find((each) => each.check === check);

describe.each([1, 2, 3] as const)("with signature type %i and all in order", (signatureType) => {
  test("nothing is found wrong", async () => {
    const findings = await examine({ signatureType });
    expect(notOk(findings)).toEqual([]);
    expect(findings.map(({ check }) => check)).toEqual(
      expect.arrayContaining([
        "gamma",
        "clob",
        "data",
        "relayer",
        "clock",
        "books",
        "geoblock",
        "signer",
        "wallet",
        "signature",
      ]),
    );
    expect(of(findings, "balances")?.detail).toBe("the wallet holds 1000 pUSD");
  });
});

const CASES: readonly (readonly [what: string, options: LiveCliOptions, changes: Changes, expected: object])[] = [
  [
    "a country that is not served",
    { simnet: { geoblock: { blocked: true, country: "IR", region: "" } } },
    {},
    { check: "geoblock", level: "fail", detail: "the venue does not serve IR" },
  ],
  ["an account that may only sell", { customer: { isClosedOnly: true } }, {}, { check: "account", level: "fail" }],
  ["no approval", { customer: { allowanceUsd: 0 } }, {}, { check: "approvals", level: "fail" }],
  [
    "no approval to redeem",
    { customer: { lacksAdapterApproval: true } },
    {},
    { check: "redeem-approvals", level: "warn" },
  ],
  [
    "no approval for Protocol V2",
    { customer: { lacksAdapterApproval: true } },
    {},
    { check: "protocol-v2", level: "warn", detail: expect.stringContaining("positions for the Router") as string },
  ],
  ["no money", { customer: { collateralUsd: 0 } }, {}, { check: "balances", level: "fail" }],
  ["a wallet that is not deployed", { customer: { isUndeployed: true } }, {}, { check: "wallet", level: "fail" }],
  [
    "the wrong signature type",
    { signsAs: 2 },
    {},
    { check: "wallet", level: "fail", fix: 'set "signatureType": 3 in the signer\'s settings' },
  ],
  [
    "a deposit wallet that does not take the key's signatures",
    { customer: { owner: `0x${"44".repeat(20)}` } },
    {},
    { check: "signature", level: "fail", detail: expect.stringContaining("ERC-1271") as string },
  ],
  [
    "an EOA without money for gas",
    { signatureType: 0, customer: { ownerPol: 0 } },
    {},
    { check: "gas", level: "warn" },
  ],
  ["an EOA", { signatureType: 0 }, {}, { check: "wallet", level: "warn" }],
];

test.each(CASES)(
  "%s is found, with what to do about it",
  async (_what, options, changes, expected) => {
    const findings = await examine(options, changes);
    expect(findings.find(({ check }) => check === (expected as Finding).check)).toMatchObject(expected);
    for (const { level, fix } of findings) expect(fix === null).toBe(level === "ok");
  },
  SLOW_MS,
);

test(
  "what does not answer, or is another's, is named with the name of its setting",
  async () => {
    const away = "http://127.0.0.1:9";
    const dead = await examine({}, { CLOB_URL: away, GAMMA_URL: away, DATA_API_URL: away, RELAYER_API_KEY: "wrong" });
    for (const [check, level, name] of [
      ["clob", "fail", "CLOB_URL"],
      ["gamma", "fail", "GAMMA_URL"],
      ["data", "warn", "DATA_API_URL"],
      ["relayer-key", "fail", "RELAYER_API_KEY"],
    ] as const) {
      expect(of(dead, check)).toMatchObject({ level, fix: expect.stringContaining(name) });
    }
    const other = await examine(
      {},
      {
        RELAYER_API_KEY_ADDRESS: `0x${"44".repeat(20)}`,
        LIVE_TRADING_ACK: `0x${"44".repeat(20)}`,
        POLYGON_RPC_URL: `${away},${live?.environment.POLYGON_RPC_URL}`,
      },
    );
    expect(of(other, "signer")).toMatchObject({ level: "fail", fix: expect.stringContaining("LIVE_TRADING_ACK") });
    expect(of(other, "relayer-key")).toMatchObject({ fix: expect.stringContaining("RELAYER_API_KEY_ADDRESS") });
    const key = await examine({}, { RELAYER_URL: away, RELAYER_API_KEY_ADDRESS: `0x${"44".repeat(20)}` });
    expect(of(key, "relayer-key")).toMatchObject({ level: "warn", fix: expect.stringContaining("RELAYER_URL") });
    // One of several nodes is missed by nobody.
    expect(notOk(other)).toEqual(expect.arrayContaining([`warn rpc ${away}`]));
    expect(of(await examine({}, { POLYGON_RPC_URL: away }), `rpc ${away}`)).toMatchObject({ level: "fail" });
    expect(of(await examine({}, { SIGNER_SOCKET: "/nowhere" }), "signer")).toMatchObject({ level: "fail" });
    const wanted = await examine(
      {},
      { ENABLE_PAPER_TRADING: "false", CLOB_API_KEY: "a", CLOB_API_SECRET: "YQ==", CLOB_API_PASSPHRASE: "b" },
    );
    expect(of(wanted, "signer")).toMatchObject({ level: "fail", fix: `set LIVE_TRADING_ACK=${live?.wallet}` });
    expect(of(wanted, "capital")).toMatchObject({ level: "warn", fix: expect.stringContaining("CAPITAL_USD to 1000") });
    expect(of(wanted, "credentials")).toMatchObject({ level: "fail", fix: expect.stringContaining("unset all three") });
  },
  SLOW_MS,
);

test.each([
  [0, "ok"],
  [-3_500, "warn"],
  [20_000, "fail"],
])("a clock that is %i ms off: %s", async (offMs, level) => {
  expect(of(await examine({}, {}, offMs), "clock")).toMatchObject({ level });
});

describe("orderflow doctor", () => {
  test(
    "says it in lines and in JSON, by exit codes that stay",
    async () => {
      live = await startLiveCli({ customer: { isClosedOnly: true } });
      const found = await live.orderflow(["doctor", "--json"]);
      expect([found.code, found.err]).toEqual([1, ""]);
      expect(JSON.parse(found.out)).toMatchObject({ mode: "LIVE", works: false });
      const paper = await live.orderflow(["doctor"], { SIGNER_SOCKET: "" });
      expect(paper.code).toBe(0);
      expect(paper.out).toContain("Nothing stands in the way of trading on paper.");
      expect(paper.out).not.toMatch(/wallet|signer|geoblock|relayer/);
      expect((await live.orderflow(["doctor"], { CLOB_URL: "no address" })).code).toBe(2);
    },
    SLOW_MS,
  );
});

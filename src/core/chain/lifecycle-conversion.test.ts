import { describe, expect, test } from "vitest";
import { NO_TOKEN_BURN_ADDRESS } from "./infrastructure.ts";
import type { LifecycleContext } from "./lifecycle.ts";
import { A, attribute, CTF, change, holding, NOTHING_KNOWN } from "./testdata/attribute.ts";
import {
  adapterConvert,
  NEG_RISK_CTF_ADAPTERS,
  negRiskConvert,
  negRiskEvent,
  negRiskMerge,
  negRiskSplit,
} from "./testdata/model-adapters.ts";
import type { ModelMarket } from "./testdata/model-chain.ts";

const NEG_RISK = negRiskEvent("an event", 4, 100n);

describe("conversions", () => {
  const facts = (questionCount: number, feeBips = 100n): LifecycleContext => ({
    negRiskMarket: () => ({ questionCount, feeBips }),
  });
  const [first, second, third, fourth] = NEG_RISK.markets as readonly [
    ModelMarket,
    ModelMarket,
    ModelMarket,
    ModelMarket,
  ];

  test("give k NO for n−k YES and (k−1) of collateral, all less the fee", () => {
    for (const context of [NOTHING_KNOWN, facts(4)]) {
      const chain = holding(NEG_RISK.markets);
      negRiskConvert(chain, A, NEG_RISK, 0b1011n, 1_000n);
      expect(attribute(chain.logs, context)).toMatchObject({
        effects: [
          {
            kind: "convert",
            wallet: A,
            given: [first, second, fourth].map(({ id, tokens }) => change(tokens[1], id, 1, 1_000n)),
            received: [change(third.tokens[0], third.id, 0, 990n)],
            cash: 1_980n,
          },
        ],
        unattributed: [],
      });
    }
  });

  test("through the collateral adapter they are the user's, not the adapter's", () => {
    const chain = holding(NEG_RISK.markets);
    adapterConvert(chain, NEG_RISK_CTF_ADAPTERS[0] as typeof A, A, NEG_RISK, 1n, 500n);
    const { effects, unattributed } = attribute(chain.logs);
    expect(unattributed).toEqual([]);
    expect(effects).toMatchObject([
      { kind: "convert", wallet: A, given: [{ amount: 500n }], received: [{ amount: 495n }, {}, {}], cash: 0n },
    ]);
    expect(effects).toHaveLength(1);
  });

  test("of every question show no fee in tokens: it is taken from the market's, or the conversion is reported", () => {
    const chain = holding(NEG_RISK.markets);
    negRiskConvert(chain, A, NEG_RISK, 0b1111n, 1_000n);
    expect(attribute(chain.logs, facts(4)).effects).toMatchObject([{ kind: "convert", received: [], cash: 2_970n }]);
    expect(attribute(chain.logs)).toMatchObject({ effects: [], unattributed: [{ reason: "CONVERSION_FEE_UNKNOWN" }] });
  });

  test("that do not fit the number of questions at that block are reported, not guessed", () => {
    const chain = holding(NEG_RISK.markets);
    negRiskConvert(chain, A, NEG_RISK, 0b0011n, 1_000n);
    expect(attribute(chain.logs, facts(5))).toMatchObject({
      effects: [],
      unattributed: [{ reason: "QUESTION_COUNT_DIFFERS" }],
    });
  });

  test("beside a split by the same user in one transaction, each keeps its own tokens", () => {
    const chain = holding(NEG_RISK.markets);
    negRiskSplit(chain, A, third, 1_000n);
    negRiskConvert(chain, A, NEG_RISK, 0b0011n, 1_000n);
    negRiskMerge(chain, A, fourth, 700n);
    expect(attribute(chain.logs).effects).toMatchObject([
      { kind: "split", received: [change(third.tokens[0], third.id, 0, 1_000n), {}] },
      {
        kind: "convert",
        received: [change(third.tokens[0], third.id, 0, 990n), change(fourth.tokens[0], fourth.id, 0, 990n)],
        cash: 990n,
      },
      { kind: "merge", cash: 700n },
    ]);
  });

  test("NO that a user sends to the burn address is a transfer, not a conversion", () => {
    const chain = holding(NEG_RISK.markets);
    chain.single(CTF, { operator: A, from: A, to: NO_TOKEN_BURN_ADDRESS }, first.tokens[1], 4n);
    expect(attribute(chain.logs).effects).toMatchObject([{ kind: "transfer", to: NO_TOKEN_BURN_ADDRESS }]);
  });
});

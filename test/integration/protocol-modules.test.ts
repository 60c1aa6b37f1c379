// Goal: what wallets do through the modules of Protocol V2 (splits, merges, redemptions, horizontal ones, conversions, by
// the router and the redeemer) ends in the database as the holdings and the cash that the contracts' model has.
// Method: the model emits the logs of random actions, one transaction a block; the listener's own ingestor reads them.
import fc from "fast-check";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { BINARY_MODULE, ROUTER } from "../../src/core/chain/infrastructure.ts";
import { act, type Expected } from "../../src/core/chain/testdata/model-actions.ts";
import { ModelChain } from "../../src/core/chain/testdata/model-chain.ts";
import { moduleSplit } from "../../src/core/chain/testdata/model-modules.ts";
import { BINARY, PROTOCOL_EVENT, type Seed, seeds, USERS } from "../../src/core/chain/testdata/model-world.ts";
import type { Address } from "../../src/core/ids/ids.ts";
import { createIngestor } from "../../src/services/listener/ingestor.ts";
import { defaultListenerConfig } from "../../src/services/listener/listener-config.ts";
import { describeOnOneEngine } from "../support/engines.ts";
import { createFakeChain, type FakeChain } from "../support/fake-chain.ts";
import { createFakeLogSource } from "../support/fake-log-source.ts";
import { createReputationBench } from "../support/reputation-bench.ts";

const START = 1_000;
const PLENTY = 1_000_000_000n;
const RESOLVED = "event ConditionResolved(bytes31 indexed conditionId, uint256[] result)";
/** Splits and merges, redemptions, horizontal splits and merges, conversions: see `act`. */
const MODULE_ACTIONS = [11, 12, 13, 14];

type Told = { readonly chain: FakeChain; readonly model: ModelChain; readonly cash: ReadonlyMap<Address, bigint> };

function tell(actions: readonly Seed[]): Told {
  const model = new ModelChain();
  const chain = createFakeChain({ head: START });
  const cash = new Map<Address, bigint>();
  const mine = (): void => {
    const block = chain.head() + 1;
    chain.put(
      block,
      model.logs.map(({ blockNumber: _, blockHash: __, ...log }) => log),
    );
    model.logs = [];
  };
  const book = (effects: readonly Expected[]): void => {
    for (const each of effects) {
      if (each.kind !== "transfer") cash.set(each.wallet, (cash.get(each.wallet) ?? 0n) + each.cash);
    }
  };
  for (const user of USERS) {
    for (const market of [BINARY, ...PROTOCOL_EVENT]) {
      moduleSplit(model, ROUTER, market, PLENTY, user, user);
      book([{ kind: "split", wallet: user, given: [], received: [], cash: -PLENTY }]);
    }
    mine();
  }
  model.payouts.set(BINARY.id, [250_000n, 750_000n]);
  model.emit(BINARY_MODULE, RESOLVED, [BINARY.id, [250_000n, 750_000n]]);
  mine();
  for (const action of actions) {
    book(act(model, action).expected);
    mine();
  }
  chain.finalizeTo(chain.head());
  return { chain, model, cash };
}

describeOnOneEngine("the modules of Protocol V2", (getDb) => {
  test("leave wallets with the tokens and the cash that the contracts say", async () => {
    const what = fc.constantFrom(...MODULE_ACTIONS);
    // Multiples of four: a quarter of one is paid without rounding.
    const action = fc.tuple(seeds, what).map(([seed, kind]) => ({ ...seed, what: kind, amount: 4n * seed.amount }));
    const { chain, model, cash } = tell(fc.sample(action, { seed: 11, numRuns: 120 }));
    const bench = await createReputationBench(getDb(), { fillsPerStep: 50 });
    const ingestor = createIngestor({
      ...{ logSource: createFakeLogSource(chain), store: bench.chain, clock: bench.clock },
      config: { ...defaultListenerConfig, startBlock: START },
    });
    const never = new AbortController().signal;
    await ingestor.open(never);
    for (let step = await ingestor.step(never, null); step.kind !== "idle"; ) step = await ingestor.step(never, null);
    await bench.service.calculate();

    const { rows: kinds } = await sql`SELECT DISTINCT kind FROM orderflow_lifecycle ORDER BY 1`.execute(getDb().kysely);
    expect(kinds).toEqual(["CONVERT", "MERGE", "REDEEM", "SPLIT"].map((kind) => ({ kind })));
    const { rows: quarantined } = await sql`SELECT reason FROM flow.quarantine`.execute(getDb().kysely);
    expect(quarantined).toEqual([]);
    const { rows: held } = await sql<{ name: string; shares: bigint }>`
      SELECT 'positionManager 0x' || encode(w.address, 'hex') || ' ' || t.token_id AS name, h.shares_micros AS shares
      FROM flow.holding h JOIN flow.wallet w USING (wallet_key) JOIN flow.token t USING (token_key)`.execute(
      getDb().kysely,
    );
    const wanted = [...model.balances].filter(([name, n]) => n > 0n && USERS.some((user) => name.includes(user)));
    expect(new Map(held.map(({ name, shares }) => [name, shares]))).toEqual(new Map(wanted));
    const { rows: flows } = await sql<{ wallet: string; cash: string; incomplete: boolean }>`
      SELECT '0x' || encode(w.address, 'hex') AS wallet, sum(u.cash_in - u.cash_out)::text AS cash,
        bool_or(u.is_incomplete) AS incomplete
      FROM flow.unit u JOIN flow.wallet w USING (wallet_key) GROUP BY w.address ORDER BY 1`.execute(getDb().kysely);
    expect(flows).toEqual([...cash].map(([wallet, sum]) => ({ wallet, cash: String(sum), incomplete: false })));
  });
});

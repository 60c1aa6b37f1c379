import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Anvil, anvilBinary, startAnvil } from "../support/anvil.ts";
import { type AnvilListener, startAnvilListener } from "../support/anvil-listener.ts";
import { deployPolymarket, type NodeMarket, type NodePolymarket } from "../support/anvil-polymarket.ts";
import { expectTablesEqualChain, readStoredTrades } from "../support/anvil-tables.ts";
import { createTrading, type Trading } from "../support/anvil-trading.ts";
import { describeOnEachEngine } from "../support/engines.ts";
import { eventually } from "../support/eventually.ts";
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy.ts";

// Goal: connections break, answers break off, nodes are started again or come back without their last blocks: the tables
// end up equal to the chain all the same, and messages over the WebSocket are heard again. Method: a proxy for HTTP and one
// for the WebSocket stand between the listener and anvil and are pulled.
describe.skipIf(anvilBinary === null)("outages of a real node (needs anvil)", () => {
  describeOnEachEngine("the listener on anvil", (getDb) => {
    let folder: string;
    let stateFile: string;
    const POLL_MS = 1_500;
    let node: Anvil;
    let market: NodeMarket;
    let polymarket: NodePolymarket;
    let trading: Trading;
    let http: TcpProxy;
    let ws: TcpProxy;
    let listener: AnvilListener;

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "orderflow-anvil-"));
      stateFile = join(folder, "state.json");
      node = await startAnvil({ stateFile });
      polymarket = await deployPolymarket(node);
      market = await polymarket.market("standard");
      trading = createTrading(polymarket, [market], "outage");
      await node.mine([polymarket.prepare(market)]);
      await node.mine(polymarket.wallets.map((wallet) => polymarket.split(wallet, market, 1_000_000_000n)));
      http = await startTcpProxy(node.port);
      ws = await startTcpProxy(node.port);
      const ports = { httpPort: http.port, wsPort: ws.port };
      listener = await startAnvilListener(getDb(), { ...ports, quietMs: 10_000, pollMs: POLL_MS });
      await listener.settled(node);
    });
    afterAll(async () => {
      await listener?.stop();
      await Promise.all([http?.stop(), ws?.stop()]);
      await node?.kill();
      rmSync(folder, { recursive: true, force: true });
    });
    beforeEach(async () => {
      for (const proxy of [http, ws]) proxy.refuse(false);
      await listener.hears(node);
    });

    async function mine(blocks: number): Promise<void> {
      for (let each = 0; each < blocks; each += 1) await node.mine([trading.match()]);
    }
    async function settledAndEqual(moveMs: number): Promise<void> {
      await listener.settled(node, moveMs);
      await expectTablesEqualChain(getDb(), node);
    }

    test("the socket is cut and stays away: fills of the gap are found by looking, then hints are heard again", async () => {
      ws.refuse(true);
      ws.drop();
      await mine(4);
      await settledAndEqual(POLL_MS);
      await mine(3);
      ws.refuse(false);
      await listener.hears(node);
      await settledAndEqual(0);
    });

    test("a gap during which nothing was asked is closed by the first hint after it", async () => {
      ws.drop();
      await mine(6);
      await listener.hears(node);
      await settledAndEqual(0);
    });

    test("a socket that stays open and says nothing is replaced", async () => {
      ws.freeze();
      await mine(3);
      await listener.hears(node);
      await settledAndEqual(0);
    });

    test("answers that break off in the middle are asked again", async () => {
      http.cutAnswers(3, 700);
      await mine(3);
      await settledAndEqual(POLL_MS);
      expect(http.cutsLeft()).toBe(0);
    });

    test("every connection cut again and again, while blocks are made", async () => {
      for (let round = 0; round < 8; round += 1) {
        http.drop();
        await mine(1);
        ws.drop();
        await mine(1);
      }
      await settledAndEqual(POLL_MS);
    });

    test("a node that is started again has the same blocks: nothing is taken back, new ones are read", async () => {
      const held = await readStoredTrades(getDb());
      await restart(async () => {});
      await mine(4);
      await settledAndEqual(POLL_MS);
      const provisional = ({ is_final: _, ...rest }: (typeof held)[number]) => rest;
      const after = (await readStoredTrades(getDb())).slice(0, held.length);
      expect(after.map(provisional)).toEqual(held.map(provisional));
      expect(await retractions()).toBe(0);
    });

    test("one that replaced blocks before it was started again is followed", async () => {
      await mine(6);
      await listener.settled(node);
      await restart(() => node.reorg([[trading.match()], ...trading.blocks(4)]));
      await settledAndEqual(POLL_MS);
      expect(await retractions()).toBe(1);
    });

    test("a node that crashed comes back without its last blocks and goes another way", async () => {
      await restart(async () => {});
      const saved = join(folder, "saved.json");
      copyFileSync(stateFile, saved);
      await mine(5);
      await listener.settled(node, POLL_MS);
      disconnect();
      await node.kill();
      copyFileSync(saved, stateFile);
      await connect();
      await mine(2);
      await listener.settled(node, POLL_MS);
      await mine(6);
      await settledAndEqual(POLL_MS);
    });

    const retractions = async (): Promise<number> =>
      (await sql`SELECT 1 FROM flow.ingest WHERE kind = 'retract'`.execute(getDb().kysely)).rows.length;

    function disconnect(): void {
      for (const proxy of [http, ws]) {
        proxy.refuse(true);
        proxy.drop();
      }
    }
    async function connect(): Promise<void> {
      node = await startAnvil({ stateFile });
      for (const proxy of [http, ws]) {
        proxy.target(node.port);
        proxy.refuse(false);
      }
    }
    /** As for an update of the node: it writes what it has, is away while the listener asks, and reads it again. */
    async function restart(meanwhile: () => Promise<void>): Promise<void> {
      disconnect();
      await meanwhile();
      await node.stop();
      await eventually(async () => {
        await listener.clock.advance(POLL_MS);
        return listener.health().ready ? "the listener to notice" : null;
      });
      await connect();
    }
  });
});

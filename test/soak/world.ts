import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";

/** What the services are told to ask. */
export type WorldAddresses = {
  readonly rpc: readonly string[];
  /** Of simnet's other parts, by name of the setting. */
  readonly venue: Readonly<Record<"GAMMA_URL" | "CLOB_URL" | "CLOB_WS_URL" | "DATA_API_URL", string>>;
};

export type WorldArguments = {
  readonly seed: number;
  readonly historyHours: number;
  /** How many times as many wallets as usual. Prices move with a crowd, so fills grow slower than it. */
  readonly crowd: number;
};

export type Head = { readonly number: number; readonly minedAt: number };

export type WorldMessage =
  | { readonly kind: "ready"; readonly addresses: WorldAddresses; readonly firstBlock: number }
  | ({ readonly kind: "head" } & Head)
  | { readonly kind: "frozen"; readonly faults: Readonly<Record<string, number>>; readonly reorgs: number }
  | { readonly kind: "caughtUp"; readonly is: boolean }
  | { readonly kind: "compared"; readonly fills: number; readonly problems: readonly string[] };

export type WorldRequest =
  | { readonly kind: "trouble" }
  /** No block more, and no fault. */
  | { readonly kind: "freeze" }
  | { readonly kind: "caughtUp"; readonly databaseUrl: string }
  | { readonly kind: "compare"; readonly databaseUrl: string };

type Answer<Kind extends WorldMessage["kind"]> = Extract<WorldMessage, { kind: Kind }>;

/** The simulated world in a process of its own, so that its work does not count as that of the services. */
export type World = {
  readonly addresses: WorldAddresses;
  readonly firstBlock: number;
  readonly heads: readonly Head[];
  /** From now on things go wrong. */
  trouble(): void;
  freeze(): Promise<Answer<"frozen">>;
  isCaughtUp(databaseUrl: string): Promise<boolean>;
  compare(databaseUrl: string): Promise<Answer<"compared">>;
  stop(): void;
};

export async function startWorld(args: WorldArguments): Promise<World> {
  const file = fileURLToPath(new URL("world-host.ts", import.meta.url));
  const child = fork(file, [JSON.stringify(args)], { execArgv: ["--max-old-space-size=12000"] });
  const heads: Head[] = [];
  child.on("message", (message: WorldMessage) => {
    if (message.kind === "head") heads.push({ number: message.number, minedAt: message.minedAt });
  });
  const { addresses, firstBlock } = await answer(child, "ready");
  const ask = async <Kind extends WorldMessage["kind"]>(request: WorldRequest, kind: Kind): Promise<Answer<Kind>> => {
    const answered = answer(child, kind);
    child.send(request);
    return answered;
  };
  return {
    ...{ addresses, firstBlock, heads },
    trouble: () => void child.send({ kind: "trouble" }),
    freeze: () => ask({ kind: "freeze" }, "frozen"),
    isCaughtUp: async (databaseUrl) => (await ask({ kind: "caughtUp", databaseUrl }, "caughtUp")).is,
    compare: (databaseUrl) => ask({ kind: "compare", databaseUrl }, "compared"),
    stop: () => void child.kill("SIGKILL"),
  };
}

function answer<Kind extends WorldMessage["kind"]>(child: ChildProcess, kind: Kind): Promise<Answer<Kind>> {
  return new Promise((resolve, reject) => {
    const gone = (code: number | null): void => reject(new Error(`the world ended (${code}) before it was ${kind}`));
    const hear = (message: WorldMessage): void => {
      if (message.kind !== kind) return;
      child.off("message", hear);
      child.off("exit", gone);
      resolve(message as Answer<Kind>);
    };
    child.on("message", hear);
    child.once("exit", gone);
  });
}

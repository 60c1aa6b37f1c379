import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Abi, Hex } from "viem";

/** A contract to be put at an address: what it understands, and the code that stands there once it is deployed. */
export type Contract = { readonly abi: Abi; readonly code: Hex };

export type TestContracts = Readonly<
  Record<
    | "TestCollateral"
    | "CollateralAdapter"
    | "ExchangeV1"
    | "ExchangeV2"
    | "OperatedExchange"
    | "TestPositionManager"
    | "TestRouter",
    Contract
  >
>;

const require = createRequire(import.meta.url);
const sources = ["ExchangeEvents.sol", "ProtocolPositions.sol", "TestCollateral.sol"];
const sourceFolder = join(import.meta.dirname, "../contracts");
const cacheFolder = join(import.meta.dirname, "../../node_modules/.cache/orderflow");

/** The real Conditional Tokens of Gnosis, as its authors compiled it. It has no constructor arguments and no libraries. */
export function conditionalTokens(): Contract {
  const artifact = require("@gnosis.pm/conditional-tokens-contracts/build/contracts/ConditionalTokens.json") as {
    readonly abi: Abi;
    readonly deployedBytecode: Hex;
  };
  return { abi: artifact.abi, code: artifact.deployedBytecode };
}

/** The contracts of test/contracts. Compiling takes two seconds, so the result is kept beside the installed packages. */
export function testContracts(): TestContracts {
  const { version } = require("solc/package.json") as { version: string };
  const input = JSON.stringify({
    language: "Solidity",
    sources: Object.fromEntries(
      sources.map((name) => [name, { content: readFileSync(join(sourceFolder, name), "utf8") }]),
    ),
    settings: {
      optimizer: { enabled: true, runs: 200 },
      outputSelection: { "*": { "*": ["abi", "evm.deployedBytecode.object"] } },
    },
  });
  const hash = createHash("sha256").update(version).update(input).digest("hex").slice(0, 16);
  const path = join(cacheFolder, `contracts-${hash}.json`);
  try {
    return JSON.parse(readFileSync(path, "utf8")) as TestContracts;
  } catch {
    const compiled = compile(input);
    mkdirSync(cacheFolder, { recursive: true });
    const unfinished = `${path}.${process.pid}`;
    writeFileSync(unfinished, JSON.stringify(compiled));
    renameSync(unfinished, path);
    return compiled;
  }
}

type Output = {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[];
  readonly contracts: Record<string, Record<string, { abi: Abi; evm: { deployedBytecode: { object: string } } }>>;
};

/** In a process of its own: the compiler takes hundreds of megabytes and installs handlers for every error. */
function compile(input: string): TestContracts {
  const printed = execFileSync(process.execPath, [require.resolve("solc/solc.js"), "--standard-json"], {
    input,
    maxBuffer: 64 * 1024 * 1024,
  }).toString();
  const output = JSON.parse(printed.slice(printed.indexOf("{"))) as Output;
  const errors = (output.errors ?? []).filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join("\n"));
  const all = Object.assign({}, ...Object.values(output.contracts)) as Output["contracts"][string];
  const contract = (name: keyof TestContracts): Contract => {
    const { abi, evm } = all[name] ?? {};
    if (abi === undefined || evm === undefined) throw new Error(`no contract ${name} in test/contracts`);
    return { abi, code: `0x${evm.deployedBytecode.object}` };
  };
  return {
    TestCollateral: contract("TestCollateral"),
    CollateralAdapter: contract("CollateralAdapter"),
    ExchangeV1: contract("ExchangeV1"),
    ExchangeV2: contract("ExchangeV2"),
    OperatedExchange: contract("OperatedExchange"),
    TestPositionManager: contract("TestPositionManager"),
    TestRouter: contract("TestRouter"),
  };
}

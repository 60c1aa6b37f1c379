import type { Hex } from "viem";
import { concat, keccak256, pad, toHex } from "viem/utils";
import { type Address, parseAddress } from "../ids/ids.ts";

/**
 * The addresses one owner key can trade from (on-chain sheet, section 5.6). All are CREATE2 addresses, so an owner's
 * whole family follows from the key's address by four hashes, without asking the chain.
 */
export type OwnerWallets = {
  readonly owner: Address;
  /** Email and Google accounts, signature type 1. */
  readonly proxy: Address;
  /** Browser wallets, signature type 2. */
  readonly safe: Address;
  /** Deposit wallets before June 2026 (ERC-1967 implementation), signature type 3. */
  readonly depositFirstGeneration: Address;
  /** Deposit wallets since June 2026 (ERC-1967 beacon), signature type 3. */
  readonly deposit: Address;
};

const PROXY_FACTORY: Hex = "0xab45c5a4b0c941a2f231c04c3f49182e1a254052";
const PROXY_INIT_CODE_HASH: Hex = "0xd21df8dc65880a8606f09fe0ce3df9b8869287ab0b058be05aa9e8af6330a00b";
const SAFE_FACTORY: Hex = "0xaacfeea03eb1561c4e67d661e40682bd20e3541b";
const SAFE_INIT_CODE_HASH: Hex = "0x2bce2127ff07fb632d16c8347c4ebf501f4841168bed00d9e6ef715ddb6fcecf";
const DEPOSIT_FACTORY: Hex = "0x00000000000fb5c9adea0298d729a0cb3823cc07";
const DEPOSIT_IMPLEMENTATION: Hex = "0x58ca52ebe0dadfdf531cde7062e76746de4db1eb";
const DEPOSIT_BEACON: Hex = "0x7a18edfe055488a3128f01f563e5b479d92ffc3a";

/** Creation code of a Solady ERC-1967 proxy whose immutable arguments are part of the code: what stands around the target address. */
const ARGS_HEAD: Hex = "0x3d8160233d3973";
const IMPLEMENTATION_RUNTIME_BYTES = 0x3d;
const IMPLEMENTATION_TAIL: Hex =
  "0x60095155f3363d3d373d3d363d7f360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc545af43d6000803e6038573d6000fd5b3d6000f3";
const BEACON_RUNTIME_BYTES = 0x52;
const BEACON_TAIL: Hex =
  "0x60195155f3363d3d373d3d363d602036600436635c60da1b60e01b36527fa3f0ad74e5423aebfd80d3ef4346578335a9a72aeaee59ff6cb3582b35133d50545afa5036515af43d6000803e604d573d6000fd5b3d6000f3";

/** Contract address of EIP-1014. */
function create2(factory: Hex, salt: Hex, initCodeHash: Hex): Address {
  return parseAddress(`0x${keccak256(concat(["0xff", factory, salt, initCodeHash])).slice(-40)}`);
}

function depositInitCodeHash(runtimeBytes: number, target: Hex, tail: Hex, args: Hex): Hex {
  const argsBytes = (args.length - 2) / 2;
  return keccak256(concat(["0x61", toHex(runtimeBytes + argsBytes, { size: 2 }), ARGS_HEAD, target, tail, args]));
}

export function ownerWallets(owner: Address): OwnerWallets {
  const key = owner as string as Hex;
  const depositArgs = concat([pad(DEPOSIT_FACTORY), pad(key)]);
  const depositSalt = keccak256(depositArgs);
  return {
    owner,
    proxy: create2(PROXY_FACTORY, keccak256(key), PROXY_INIT_CODE_HASH),
    safe: create2(SAFE_FACTORY, keccak256(pad(key)), SAFE_INIT_CODE_HASH),
    depositFirstGeneration: create2(
      DEPOSIT_FACTORY,
      depositSalt,
      depositInitCodeHash(IMPLEMENTATION_RUNTIME_BYTES, DEPOSIT_IMPLEMENTATION, IMPLEMENTATION_TAIL, depositArgs),
    ),
    deposit: create2(
      DEPOSIT_FACTORY,
      depositSalt,
      depositInitCodeHash(BEACON_RUNTIME_BYTES, DEPOSIT_BEACON, BEACON_TAIL, depositArgs),
    ),
  };
}

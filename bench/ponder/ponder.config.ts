import { createConfig } from "ponder";
import { parseAbi } from "viem";

// Several names of the same node: Ponder limits requests per endpoint, and that limit is not what is to be measured.
const rpc = (process.env.BENCH_RPC_URLS ?? "").split(",");

export default createConfig({
  database: { kind: "postgres", connectionString: process.env.DATABASE_URL as string },
  ordering: "multichain",
  chains: { polygon: { id: 137, rpc, maxRequestsPerSecond: 10_000 } },
  contracts: {
    Exchange: {
      chain: "polygon",
      abi: parseAbi([
        "event OrderFilled(bytes32 indexed orderHash, address indexed maker, address indexed taker, uint8 side, uint256 tokenId, uint256 makerAmountFilled, uint256 takerAmountFilled, uint256 fee, bytes32 builder, bytes32 metadata)",
      ]),
      address: "0xe111180000d2663c0091e4f400237545b87b996b",
      startBlock: Number(process.env.BENCH_FROM_BLOCK),
      endBlock: Number(process.env.BENCH_TO_BLOCK),
    },
  },
});

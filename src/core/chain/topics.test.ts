import { keccak256, toBytes } from "viem";
import { expect, test } from "vitest";
import { TOPICS } from "./topics.ts";

const SIGNATURES: Record<keyof typeof TOPICS, string> = {
  orderFilledV1: "OrderFilled(bytes32,address,address,uint256,uint256,uint256,uint256,uint256)",
  ordersMatchedV1: "OrdersMatched(bytes32,address,uint256,uint256,uint256,uint256)",
  orderFilledV2: "OrderFilled(bytes32,address,address,uint8,uint256,uint256,uint256,uint256,bytes32,bytes32)",
  ordersMatchedV2: "OrdersMatched(bytes32,address,uint8,uint256,uint256,uint256)",
  conditionPreparation: "ConditionPreparation(bytes32,address,bytes32,uint256)",
  conditionResolution: "ConditionResolution(bytes32,address,bytes32,uint256,uint256[])",
  negRiskPositionSplit: "PositionSplit(address,bytes32,uint256)",
  negRiskPositionsMerge: "PositionsMerge(address,bytes32,uint256)",
  negRiskPositionsConverted: "PositionsConverted(address,bytes32,uint256,uint256)",
  proxyCreation: "ProxyCreation(address,address)",
  transactionRelayed: "TransactionRelayed(address,address,address,bytes4,uint8,uint256)",
  newAdmin: "NewAdmin(address,address)",
  newOperator: "NewOperator(address,address)",
  removedAdmin: "RemovedAdmin(address,address)",
  removedOperator: "RemovedOperator(address,address)",
};

test.each(Object.entries(SIGNATURES))("the topic of %s is the hash of its signature", (name, signature) => {
  expect(TOPICS[name as keyof typeof TOPICS]).toBe(keccak256(toBytes(signature)));
});

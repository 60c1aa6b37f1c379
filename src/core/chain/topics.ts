/**
 * Topic 0 of every event that is decoded; computed from the signatures, never copied: the test recomputes each.
 * The signatures are in the on-chain sheet, sections 2, 3 and 5.
 */
export const TOPICS = {
  /** V1: asset ids on both sides, the zero one is collateral. */
  orderFilledV1: "0xd0a08e8c493f9c94f29311604c9de1b4e8c8d4c06bd0c789af57f2d65bfec0f6",
  ordersMatchedV1: "0x63bf4d16b7fa898ef4c4b2b6d90fd201e9c56313b65638af6088d149d2ce956c",
  /** V2 and V3: side and token id. */
  orderFilledV2: "0xd543adfd945773f1a62f74f0ee55a5e3b9b1a28262980ba90b1a89f2ea84d8ee",
  ordersMatchedV2: "0x174b3811690657c217184f89418266767c87e4805d09680c39fc9c031c0cab7c",
  conditionPreparation: "0xab3760c3bd2bb38b5bcf54dc79802ed67338b4cf29f3054ded67ed24661e4177",
  conditionResolution: "0xb44d84d3289691f71497564b85d4233648d9dbae8cbdbb4329f301c3a0185894",
  negRiskPositionSplit: "0xbbed930dbfb7907ae2d60ddf78345610214f26419a0128df39b6cc3d9e5df9b0",
  negRiskPositionsMerge: "0xba33ac50d8894676597e6e35dc09cff59854708b642cd069d21eb9c7ca072a04",
  negRiskPositionsConverted: "0xb03d19dddbc72a87e735ff0ea3b57bef133ebe44e1894284916a84044deb367e",
  /** Wallets and their owners: a Safe was made; a proxy wallet was told something by its owner. */
  proxyCreation: "0x4f51faf6c4561ff95f067657e43439f0f856d97c04d9ec9070a6199ad418e235",
  transactionRelayed: "0xab74390d395916d9e0006298d47938a5def5d367054dcca78fa6ec84381f3f22",
  newAdmin: "0xf9ffabca9c8276e99321725bcb43fb076a6c66a54b7f21c4e8146d8519b417dc",
  newOperator: "0xf1e04d73c4304b5ff164f9d10c7473e2a1593b740674a6107975e2a7001c1e5c",
  removedAdmin: "0x787a2e12f4a55b658b8f573c32432ee11a5e8b51677d1e1e937aaf6a0bb5776e",
  removedOperator: "0xf7262ed0443cc211121ceb1a80d69004f319245615a7488f951f1437fd91642c",
} as const;

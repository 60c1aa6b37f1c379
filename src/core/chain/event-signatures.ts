/**
 * Events that are decoded by table, as their contracts declare them (on-chain sheet, sections 2, 4 and 5). Topic 0 is
 * computed from the text when the program loads. Fills, matches, conditions, transfers and the NegRiskAdapter's split,
 * merge and convert have decoders of their own.
 */
export const EVENT_SIGNATURES = {
  conditionalTokens: {
    ctfSplit:
      "event PositionSplit(address indexed stakeholder, address collateralToken, bytes32 indexed parentCollectionId, bytes32 indexed conditionId, uint256[] partition, uint256 amount)",
    ctfMerge:
      "event PositionsMerge(address indexed stakeholder, address collateralToken, bytes32 indexed parentCollectionId, bytes32 indexed conditionId, uint256[] partition, uint256 amount)",
    ctfRedemption:
      "event PayoutRedemption(address indexed redeemer, address indexed collateralToken, bytes32 indexed parentCollectionId, bytes32 conditionId, uint256[] indexSets, uint256 payout)",
  },
  negRiskAdapter: {
    negRiskMarketPrepared:
      "event MarketPrepared(bytes32 indexed marketId, address indexed oracle, uint256 feeBips, bytes data)",
    negRiskQuestionPrepared:
      "event QuestionPrepared(bytes32 indexed marketId, bytes32 indexed questionId, uint256 index, bytes data)",
    negRiskOutcomeReported: "event OutcomeReported(bytes32 indexed marketId, bytes32 indexed questionId, bool outcome)",
    negRiskRedemption:
      "event PayoutRedemption(address indexed redeemer, bytes32 indexed conditionId, uint256[] amounts, uint256 payout)",
  },
  negRiskOperator: {
    operatorMarketPrepared: "event MarketPrepared(bytes32 indexed marketId, uint256 feeBips, bytes data)",
    operatorQuestionPrepared:
      "event QuestionPrepared(bytes32 indexed marketId, bytes32 indexed questionId, bytes32 indexed requestId, uint256 index, bytes data)",
  },
  feeModule: {
    feeRefunded:
      "event FeeRefunded(bytes32 indexed orderHash, address indexed to, uint256 id, uint256 refund, uint256 indexed feeCharged)",
    feeRefundedEarlier: "event FeeRefunded(address token, address to, uint256 id, uint256 amount)",
    feeWithdrawn: "event FeeWithdrawn(address token, address to, uint256 id, uint256 amount)",
  },
  positionManager: {
    moduleAdded: "event ModuleAdded(uint256 indexed moduleId, address indexed module)",
    moduleRemoved: "event ModuleRemoved(uint256 indexed moduleId, address indexed module)",
  },
  module: {
    resultReported: "event ResultReported(address indexed resolver, bytes31 indexed conditionId, uint256[] result)",
    conditionResolved: "event ConditionResolved(bytes31 indexed conditionId, uint256[] result)",
    positionsSplit:
      "event PositionsSplit(address indexed initiator, bytes31 indexed conditionId, address indexed recipient0, address recipient1, uint256 amount)",
    positionsMerged:
      "event PositionsMerged(address indexed initiator, bytes31 indexed conditionId, address indexed recipient, uint256 amount)",
    positionRedeemed:
      "event PositionRedeemed(address indexed initiator, uint256 indexed positionId, address indexed recipient, uint256 amount, uint256 payout)",
    eventPrepared: "event EventPrepared(bytes29 indexed eventId, uint256 conditionCount, bytes32 legacyEventId)",
    horizontalSplit:
      "event HorizontalSplit(address indexed initiator, bytes29 indexed eventId, address indexed recipient, uint256 amount)",
    horizontalMerge:
      "event HorizontalMerge(address indexed initiator, bytes29 indexed eventId, address indexed recipient, uint256 amount)",
    positionConverted:
      "event PositionConverted(address indexed initiator, bytes29 indexed eventId, address indexed recipient, uint256 conditionIndex, uint256 amount)",
    remainingDerivableAsNo: "event RemainingConditionsDerivableAsNo(bytes29 indexed eventId)",
    syntheticDerivableAsYes:
      "event SyntheticConditionDerivableAsYes(bytes29 indexed eventId, bytes31 indexed conditionId)",
    positionMigrated:
      "event PositionMigrated(address indexed from, bytes31 indexed conditionId, uint256 indexed positionId, uint256 outcomeIndex, uint256 amount)",
    migrationRegistered:
      "event MigrationConditionRegistered(bytes31 indexed v2ConditionId, bytes32 indexed legacyConditionId)",
    migrationResolved:
      "event MigrationResolved(bytes31 indexed v2ConditionId, bytes32 indexed legacyConditionId, uint256 legacyPayout0, uint256 legacyPayout1, uint256 result0, uint256 result1)",
    legacyCollateralSettled:
      "event LegacyCollateralSettled(address indexed legacyToken, address indexed vault, uint256 amount)",
    bridgePositionMinted: "event BridgePositionMinted(address indexed to, uint256 indexed positionId, uint256 amount)",
    bridgePositionsBurned: "event BridgePositionsBurned(uint256[] positionIds, uint256[] amounts)",
    comboPrepared: "event CombinatorialConditionPrepared(bytes31 indexed conditionId, uint256[] legs)",
    comboSplitOnCondition:
      "event SplitOnCondition(address indexed user, bytes31 indexed parentConditionId, bytes31 childYesConditionId, bytes31 childNoConditionId, address recipient0, address recipient1, uint256 amount)",
    comboMergedOnCondition:
      "event MergedOnCondition(address indexed user, bytes31 indexed parentConditionId, bytes31 childYesConditionId, bytes31 childNoConditionId, address recipient, uint256 amount)",
    comboSplitOnEvent:
      "event SplitOnEvent(address indexed user, bytes31 indexed parentConditionId, bytes29 indexed eventId, address[] recipients, uint256 amount)",
    comboMergedOnEvent:
      "event MergedOnEvent(address indexed user, bytes31 indexed parentConditionId, bytes29 indexed eventId, address recipient, uint256 amount)",
    comboConvertedOnEvent:
      "event ConvertedOnEvent(address indexed user, bytes31 indexed parentConditionId, bytes29 indexed eventId, uint256 conditionIndex, address[] recipients, uint256 amount)",
    comboExtracted:
      "event Extracted(address indexed user, bytes31 indexed fullConditionId, bytes31 reducedConditionId, bytes31 residualConditionId, address recipient0, address recipient1, uint256 amount)",
    comboInjected:
      "event Injected(address indexed user, bytes31 indexed fullConditionId, bytes31 reducedConditionId, bytes31 residualConditionId, address recipient, uint256 amount)",
    comboToYesBasket:
      "event ConvertedToYesBasket(address indexed user, bytes31 indexed fullConditionId, address[] recipients, uint256 amount)",
    comboFromYesBasket:
      "event MergedFromYesBasket(address indexed user, bytes31 indexed fullConditionId, address recipient, uint256 amount)",
    comboCompressed:
      "event Compressed(address indexed user, uint256 indexed oldPositionId, uint256 indexed newPositionId, address recipient, uint256 amount, uint256 positionAmount, uint256 collateralOut)",
    comboUnwrapped:
      "event Unwrapped(address indexed user, uint256 combinatorialPositionId, uint256 underlyingPositionId, address recipient, uint256 amount)",
    comboWrapped:
      "event Wrapped(address indexed user, uint256 underlyingPositionId, uint256 combinatorialPositionId, address recipient, uint256 amount)",
    // The generation before recipients were named.
    comboInjectedEarlier:
      "event Injected(address indexed user, bytes31 indexed fullConditionId, bytes31 reducedConditionId, bytes31 residualConditionId, uint256 amount)",
    comboToYesBasketEarlier:
      "event ConvertedToYesBasket(address indexed user, bytes31 indexed fullConditionId, uint256 amount)",
    comboFromYesBasketEarlier:
      "event MergedFromYesBasket(address indexed user, bytes31 indexed fullConditionId, uint256 amount)",
    comboCompressedEarlier:
      "event Compressed(address indexed user, uint256 indexed oldPositionId, uint256 indexed newPositionId, uint256 amount, uint256 positionAmount, uint256 collateralOut)",
  },
  /** On every upgradeable proxy. */
  proxy: {
    upgraded: "event Upgraded(address indexed implementation)",
  },
} as const;

/** Of which kind of contract an event is accepted. */
export type Emitter = keyof typeof EVENT_SIGNATURES;

import type { SimWallet } from "./wallets.ts";

/** An account of somebody outside the simulation, whose orders come in over the CLOB's interface. */
export type Customer = {
  /** The EOA whose key signs; `0x…`. */
  readonly owner: string;
  /** Holds the money and the tokens; the owner itself for type 0. */
  readonly wallet: string;
  readonly signatureType: 0 | 1 | 2 | 3;
  readonly collateralUsd: number;
  /** What each exchange may spend of it; default: all. */
  readonly allowanceUsd?: number;
  /** It may sell only. */
  readonly isClosedOnly?: boolean;
  /** The collateral adapters may not take its tokens. */
  readonly lacksAdapterApproval?: boolean;
  /** Its wallet does not exist on the chain yet. */
  readonly isUndeployed?: boolean;
  /** What its owner can pay gas with; default: plenty. */
  readonly ownerPol?: number;
};

/** Nobody simulated: it does nothing by itself, and gets no money from outside when it runs out. */
export const customerWallet = ({ wallet }: Customer, index: number): SimWallet => ({
  ...{ index, address: wallet.toLowerCase(), kind: "customer", skill: 0, accuracy: 0.5, assets: [] },
  ...{ attention: 0, dailyAttention: 0, medianUsd: 0, sizeSigma: 0, builder: null, family: null },
});

// expect tsc TS1294
export enum Side {
  Buy = "BUY",
}

// expect biome useExhaustiveSwitchCases
export function sign(side: "BUY" | "SELL"): void {
  switch (side) {
    case "BUY":
      throw new Error("only one of two cases");
  }
}

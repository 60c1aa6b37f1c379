// expect tsc TS2304|TS2552
export const later = (run: () => void): unknown => setTimeout(run, 1);

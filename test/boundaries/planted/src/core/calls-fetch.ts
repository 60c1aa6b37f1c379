// expect tsc TS2304|TS2552
export const ask = (url: string): unknown => fetch(url);

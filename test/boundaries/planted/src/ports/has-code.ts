// expect code
export const systemClock = { nowMs: (): number => 0 };

/** Uniform in [0, 1), for spreading retries. Nothing that is stored or decided depends on it. */
export const systemRandom = (): number => Math.random();

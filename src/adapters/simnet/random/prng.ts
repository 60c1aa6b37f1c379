/** The same seed gives the same world, byte for byte. */
export type Seed = number | string;

/** Uniform in [0, 1), 32 bits. */
export type Prng = () => number;

/** FNV-1a over UTF-16 units, finished by murmur3's avalanche: text to 32 bits. */
export function hashText(text: string, basis = 0x811c9dc5): number {
  let h = basis;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return avalanche(h);
}

/** murmur3's 32-bit finaliser: a bijection, so distinct inputs stay distinct. */
export function avalanche(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** The inverse of `avalanche`. */
export function unavalanche(value: number): number {
  let h = value ^ (value >>> 16);
  h = Math.imul(h, 0x7ed1b41d);
  h = Math.imul(h ^ (h >>> 13) ^ (h >>> 26), 0xa5cb9243);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * sfc32 (PractRand, Chris Doty-Humphrey). Every concern draws from a stream of its own, named by `stream`, so a new
 * concern, or one more draw in an old one, leaves the others as they were.
 */
export function createPrng(seed: Seed, stream: string): Prng {
  const label = `${seed}/${stream}`;
  let a = hashText(label, 0x9e3779b9);
  let b = hashText(label, 0x243f6a88);
  let c = hashText(label, 0xb7e15162);
  let counter = 1;
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 0x1_0000_0000;
  };
  for (let i = 0; i < 12; i++) next();
  return next;
}

// expect biome The core is pure
export async function wait(value: Promise<number>): Promise<number> {
  return (await value) + 1;
}

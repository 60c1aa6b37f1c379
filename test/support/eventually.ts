const LOOK_AGAIN_MS = 5;

/**
 * Waits until `look` answers with null. A test waits for what it wants to see, never for a time.
 * @param look what is still missing, in words for whoever reads the failure
 */
export async function eventually(look: () => Promise<string | null>, deadlineMs = 45_000): Promise<void> {
  const giveUpAt = performance.now() + deadlineMs;
  for (;;) {
    const missing = await look();
    if (missing === null) return;
    if (performance.now() > giveUpAt) throw new Error(`not within ${deadlineMs} ms: ${missing}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

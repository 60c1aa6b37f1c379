/** What the outside world wrote, for showing: without control characters and those that turn the direction of text. */
export const plain = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, " ").trim();

export const shortHex = (hex: string): string => (hex.length > 14 ? `${hex.slice(0, 6)}…${hex.slice(-4)}` : hex);

/** FOLLOW_WHALE → Follow whale */
export function words(code: unknown): string {
  const text = plain(String(code ?? ""))
    .replaceAll("_", " ")
    .replaceAll("-", " ")
    .toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

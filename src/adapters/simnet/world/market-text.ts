export type Asset = { readonly name: string; readonly ticker: string };

export const ASSETS: readonly Asset[] = [
  { name: "Bitcoin", ticker: "btc" },
  { name: "Ethereum", ticker: "eth" },
  { name: "Solana", ticker: "sol" },
  { name: "XRP", ticker: "xrp" },
  { name: "Dogecoin", ticker: "doge" },
  { name: "BNB", ticker: "bnb" },
];

/** The venue writes New York time; a fixed offset keeps the text independent of the machine's zone data. */
const EASTERN_OFFSET_MS = -5 * 3_600_000;
const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
] as const;

const eastern = (at: number): Date => new Date(at + EASTERN_OFFSET_MS);

export const monthDay = (at: number): string => {
  const date = eastern(at);
  return `${MONTHS[date.getUTCMonth()]} ${date.getUTCDate()}`;
};

function clockTime(at: number): string {
  const date = eastern(at);
  const hour = date.getUTCHours();
  return `${hour % 12 === 0 ? 12 : hour % 12}:${String(date.getUTCMinutes()).padStart(2, "0")}${hour < 12 ? "AM" : "PM"}`;
}

/** "Solana Up or Down - January 23, 3:15AM-3:30AM ET" */
export const upDownTitle = (asset: Asset, opensAt: number, endsAt: number): string =>
  `${asset.name} Up or Down - ${monthDay(opensAt)}, ${clockTime(opensAt)}-${clockTime(endsAt)} ET`;

/** "sol-updown-15m-1769156100" */
export const upDownSlug = (asset: Asset, opensAt: number): string => `${asset.ticker}-updown-15m-${opensAt / 1000}`;

/** "london-high-2026-11-20" */
export const dailySlug = (stem: string, endsAt: number): string =>
  `${stem}-${new Date(endsAt - 1).toISOString().slice(0, 10)}`;

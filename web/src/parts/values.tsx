/** Single values as every page shows them: amounts with sign and shape, tiers, states, addresses, times. */
import type { ComponentChildren } from "preact";
import { type Amount, count, decimal, percent, price, toNumber, UNKNOWN, usd } from "../format/numbers.ts";
import { plain, shortHex, words } from "../format/text.ts";
import { dateTime, duration, shortTime, timeOfDay, toMs } from "../format/times.ts";
import { serverNow, tick } from "../state/clock.ts";
import { locale, zone } from "../state/preferences.ts";
import { Shape, type ShapeName } from "./icons.tsx";

export const Usd = ({ value }: { value: Amount }) => <span class="nowrap">{usd(value, locale())}</span>;
export const Count = ({ value }: { value: Amount }) => <>{count(value, locale())}</>;
export const Decimal = ({ value, digits = 2 }: { value: Amount; digits?: number }) => (
  <>{decimal(value, digits, locale())}</>
);
export const Percent = ({ value, digits = 1 }: { value: Amount; digits?: number }) => (
  <>{percent(value, digits, locale())}</>
);
export const Price = ({ value }: { value: Amount }) => <>{price(value, locale())}</>;

type SignedProps = { value: Amount; as?: "usd" | "percent" | "share"; digits?: number };

/** A gain or a loss: sign, shape and colour, each enough by itself. */
export function Signed({ value, as = "usd", digits = 1 }: SignedProps) {
  const number = toNumber(value);
  const of = { usd: () => usd(value, locale(), true), percent: () => percent(value, digits, locale(), true) };
  const text = as === "share" ? decimal(value, 3, locale(), true) : of[as]();
  if (number === null || number === 0) return <span class="amount">{number === null ? UNKNOWN : text}</span>;
  return (
    <span class={`amount ${number > 0 ? "up" : "down"}`}>
      <Shape name={number > 0 ? "up" : "down"} size={7} />
      {text}
    </span>
  );
}

const tierShapes: Readonly<Record<string, ShapeName>> = {
  WHALE: "diamond",
  SMART: "triangle",
  AVERAGE: "circle",
  NOVICE: "turned",
  DEGEN: "cross",
};
export const TIERS = Object.keys(tierShapes);

export function Tier({ of }: { of: unknown }) {
  if (of === null || of === undefined) return <span class="faint">{UNKNOWN}</span>;
  const name = String(of);
  return (
    <span class={`tier ${name.toLowerCase()}`}>
      <Shape name={tierShapes[name] ?? "circle"} size={9} />
      {name}
    </span>
  );
}

export type Tone = "up" | "down" | "warn" | "accent" | "none";
export const Chip = ({
  tone = "none",
  shape,
  children,
}: {
  tone?: Tone;
  shape?: ShapeName;
  children: ComponentChildren;
}) => (
  <span class={`chip ${tone}`}>
    {shape === undefined ? null : <Shape name={shape} size={8} />}
    {children}
  </span>
);

export const Side = ({ of }: { of: unknown }) => (
  <span class={`amount ${of === "BUY" ? "up" : "down"}`}>
    <Shape name={of === "BUY" ? "up" : "down"} size={7} />
    {String(of ?? UNKNOWN)}
  </span>
);

export const WalletLink = ({ address }: { address: unknown }) =>
  typeof address === "string" ? (
    <a class="mono nowrap" href={`/wallets/${address}`} title={address}>
      {shortHex(address)}
    </a>
  ) : (
    <span class="faint">{UNKNOWN}</span>
  );

/** A title is what strangers wrote: shown as text and nothing else. */
export const MarketLink = ({ id, title }: { id: unknown; title: unknown }) => {
  const text = typeof title === "string" && title.trim() !== "" ? plain(title) : shortHex(String(id ?? UNKNOWN));
  return typeof id === "string" ? (
    <a href={`/markets/${id}`} title={text} dir="auto" class="cut">
      <Cut text={text} />
    </a>
  ) : (
    <span title={text} class="cut">
      <Cut text={text} />
    </span>
  );
};

/** Markets of one series differ in their last words: what does not fit is left out before those. */
function Cut({ text }: { text: string }) {
  const letters = [...text];
  return (
    <>
      <span>{letters.slice(0, -CUT_TAIL).join("")}</span>
      <span>{letters.slice(-CUT_TAIL).join("")}</span>
    </>
  );
}
const CUT_TAIL = 16;

export function Time({ at, seconds = false }: { at: unknown; seconds?: boolean }) {
  const ms = toMs(at);
  if (ms === null) return <span class="faint">{UNKNOWN}</span>;
  const text = seconds ? timeOfDay(ms, locale(), zone()) : shortTime(ms, serverNow(), locale(), zone());
  return (
    <time class="nowrap" dateTime={new Date(ms).toISOString()} title={dateTime(ms, locale(), zone())}>
      {text}
    </time>
  );
}

/** How long ago, kept up to date. */
export function Ago({ at }: { at: unknown }) {
  tick.value;
  const ms = toMs(at);
  if (ms === null) return <span class="faint">never</span>;
  const past = serverNow() - ms;
  const text = past < 1000 ? "just now" : `${duration(past)} ago`;
  return (
    <time class="nowrap" dateTime={new Date(ms).toISOString()} title={dateTime(ms, locale(), zone())}>
      {text}
    </time>
  );
}

const verdicts: Readonly<Record<string, { tone: Tone; shape: ShapeName }>> = {
  proven: { tone: "up", shape: "up" },
  edge: { tone: "up", shape: "up" },
  "cannot tell": { tone: "none", shape: "ring" },
  negative: { tone: "down", shape: "down" },
  "no edge": { tone: "down", shape: "down" },
};
export const Verdict = ({ of }: { of: unknown }) => (
  <Chip {...(verdicts[String(of)] ?? verdicts["cannot tell"])}>{String(of ?? "cannot tell")}</Chip>
);

const statuses: Readonly<Record<string, { tone: Tone; shape: ShapeName }>> = {
  EXECUTED: { tone: "accent", shape: "diamond" },
  OPEN: { tone: "accent", shape: "diamond" },
  PENDING: { tone: "none", shape: "ring" },
  WIN: { tone: "up", shape: "up" },
  LOSS: { tone: "down", shape: "down" },
  FILLED: { tone: "up", shape: "circle" },
  ACTIVE: { tone: "up", shape: "triangle" },
  REDUCING: { tone: "warn", shape: "square" },
  HALTED: { tone: "down", shape: "cross" },
};
export const Status = ({ of }: { of: unknown }) =>
  of === null || of === undefined ? (
    <span class="faint">{UNKNOWN}</span>
  ) : (
    <Chip {...(statuses[String(of)] ?? { tone: "none", shape: "circle" })}>{words(of)}</Chip>
  );

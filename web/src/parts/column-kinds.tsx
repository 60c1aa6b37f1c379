/** Columns of one field each, shown as what it is. `Column` itself is for those that show more. */
import type { ComponentChildren } from "preact";
import { decimal as decimalText, toNumber, UNKNOWN } from "../format/numbers.ts";
import { plain, words } from "../format/text.ts";
import { durationOr } from "../format/times.ts";
import { locale } from "../state/preferences.ts";
import type { Column } from "./table.tsx";
import {
  Ago,
  Count,
  Decimal,
  MarketLink,
  Percent,
  Price,
  Side,
  Signed,
  Status,
  Tier,
  Time,
  Usd,
  Verdict,
  WalletLink,
} from "./values.tsx";

type Plain = string | number | null | undefined;
type Extra = Partial<Pick<Column<never>, "term" | "card" | "isText" | "isProse" | "isRight">>;

const kind =
  (show: (value: Plain) => ComponentChildren, common: { readonly isRight?: true } = {}) =>
  <Row,>(key: keyof Row & string, label: string, extra: Extra = {}): Column<Row> => ({
    ...{ key, label, ...common, ...extra },
    show: (row) => show(row[key] as Plain),
    value: (row) => row[key] as Plain,
  });

/** A field that is shown as no other is, or with others of its row. */
export const field = <Row,>(
  key: keyof Row & string,
  label: string,
  show: (row: Row) => ComponentChildren,
  extra: Extra = {},
): Column<Row> => ({ key, label, ...extra, show, value: (row) => row[key] as Plain | boolean });

const right = { isRight: true } as const;

export const usd = kind((value) => <Usd value={value} />, right);
export const gain = kind((value) => <Signed value={value} />, right);
/** USD per share. */
export const edge = kind((value) => <Signed value={value} as="share" />, right);
export const gainPercent = kind((value) => <Signed value={value} as="percent" />, right);
export const price = kind((value) => <Price value={value} />, right);
export const count = kind((value) => <Count value={value} />, right);
export const decimal = kind((value) => <Decimal value={value} />, right);
export const fine = kind((value) => <Decimal value={value} digits={4} />, right);
/** A weight: its sign matters, and it is no gain. */
export const signed = kind((value) => decimalText(value, 4, locale(), true), right);
export const shares = kind((value) => <Decimal value={value} />, right);
export const wholeShares = kind((value) => <Decimal value={value} digits={0} />, right);
export const score = kind((value) => <Decimal value={value} digits={1} />, right);
export const percent = kind((value) => <Percent value={value} digits={0} />, right);
export const percentFine = kind((value) => <Percent value={value} />, right);
/** Of milliseconds. */
export const duration = kind((value) => durationOr(toNumber(value)), right);
export const time = kind((value) => <Time at={value} />);
export const timeOfDay = kind((value) => <Time at={value} seconds />);
export const ago = kind((value) => <Ago at={value} />);
export const wallet = kind((value) => <WalletLink address={value} />);
export const tier = kind((value) => <Tier of={value} />);
export const side = kind((value) => <Side of={value} />);
export const verdict = kind((value) => (value === null ? UNKNOWN : <Verdict of={value} />));
export const status = kind((value) => <Status of={value} />);
/** A name in capitals with underscores, as words. */
export const code = kind((value) => (value === null ? UNKNOWN : words(value)));
/** What strangers may have written. */
export const text = kind((value) => plain(String(value ?? UNKNOWN)));

/** Heads the row: the market's title as a link to its page. */
export const market = <Row extends { market_id: string | null; market_title: string | null }>(): Column<Row> => ({
  key: "market_title",
  label: "Market",
  card: "title",
  isText: true,
  show: (row) => <MarketLink id={row.market_id} title={row.market_title} />,
  value: (row) => row.market_title,
});

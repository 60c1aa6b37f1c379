/** The ways in which sources tell side, token and amounts, each as SQL over `raw`. */
import * as read from "./fields.ts";

/** How a source tells side, token and amounts. */
export type Shape = {
  readonly side: string;
  readonly token: string;
  readonly size: string;
  readonly cash: string;
  readonly remarks: readonly string[];
};

/** Null when the columns tell neither an order's log nor a trade. */
export function shapeOf(columns: read.Columns): Shape | null {
  const { makerAsset, takerAsset, makerAmount, takerAmount, side, token, size, price, cash, takerBought } = columns;
  if (makerAmount !== undefined && takerAmount !== undefined) {
    if (makerAsset !== undefined && takerAsset !== undefined) return pairShape(columns);
    if (side !== undefined && token !== undefined) return sidedShape(columns);
  }
  const isPriced = cash !== undefined || price !== undefined;
  if (token === undefined || size === undefined || !isPriced || (side ?? takerBought) === undefined) return null;
  return tradeShape(columns);
}

/** Asset id 0 is the collateral (on-chain sheet, section 2.1). */
function pairShape({ makerAsset, takerAsset, makerAmount, takerAmount }: read.Columns): Shape {
  const [given, received] = [read.textOf(makerAsset), read.textOf(takerAsset)];
  const side = `CASE WHEN ${given} = '0' AND ${received} <> '0' THEN 'BUY' WHEN ${received} = '0' AND ${given} <> '0' THEN 'SELL' END`;
  return {
    side,
    token: `CASE WHEN ${given} = '0' THEN ${received} ELSE ${given} END`,
    ...legs(side, makerAmount, takerAmount),
  };
}

const sideOf = (column: read.Column | undefined): string =>
  `CASE upper(${read.textOf(column)}) WHEN 'BUY' THEN 'BUY' WHEN 'SELL' THEN 'SELL' WHEN '0' THEN 'BUY' WHEN '1' THEN 'SELL' END`;

function sidedShape({ side: column, token, makerAmount, takerAmount }: read.Columns): Shape {
  const side = sideOf(column);
  return { side, token: read.textOf(token), ...legs(side, makerAmount, takerAmount) };
}

function legs(
  side: string,
  maker: read.Column | undefined,
  taker: read.Column | undefined,
): Pick<Shape, "size" | "cash" | "remarks"> {
  const [given, received] = [read.microsOf(maker), read.microsOf(taker)];
  return {
    size: `CASE WHEN ${side} = 'BUY' THEN ${received} ELSE ${given} END`,
    cash: `CASE WHEN ${side} = 'BUY' THEN ${given} ELSE ${received} END`,
    remarks: [],
  };
}

function tradeShape({ side, takerBought, token, size, price, cash }: read.Columns): Shape {
  const bought = `CASE lower(${read.textOf(takerBought)}) WHEN 'true' THEN 'BUY' WHEN 'false' THEN 'SELL' END`;
  const isWhole = size !== undefined && !read.holdsMicros(size);
  const amount = read.amountOf(size);
  return {
    side: side === undefined ? bought : sideOf(side),
    token: read.textOf(token),
    size: amount,
    cash:
      cash === undefined
        ? `TRY_CAST(TRY(round((${amount})::DECIMAL(19, 0) * ${read.priceOf(price)})) AS BIGINT)`
        : read.amountOf(cash),
    remarks: [
      `${size?.name} is read in ${isWhole ? "whole shares" : "millionths of a share"}`,
      ...(cash === undefined
        ? [`the amount of money is ${size?.name} times ${price?.name}, to the millionth of a dollar`]
        : []),
    ],
  };
}

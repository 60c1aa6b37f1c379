import { z } from "zod";

/** `GET /book?token_id=`. Prices and sizes are text, perhaps without a leading zero; levels come worst first. */
export const bookSchema = z.object({
  asset_id: z.string(),
  timestamp: z.string(),
  bids: z.array(z.object({ price: z.string(), size: z.string() })),
  asks: z.array(z.object({ price: z.string(), size: z.string() })),
  min_order_size: z.string(),
  tick_size: z.string(),
});

/** `GET /clob-markets/{conditionId}`; a missing or null `fd` means that the market is free of fees. */
export const marketSchema = z.object({
  c: z.string().optional(),
  mts: z.number(),
  mos: z.number(),
  ao: z.boolean(),
  fd: z.object({ r: z.number().min(0).max(1), e: z.number().int().min(0).max(4) }).nullish(),
});

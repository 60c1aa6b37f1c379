import { z } from "zod";
import { PayloadError } from "../../core/errors.ts";
import type { VenueAccess } from "../../ports/venue-access.ts";
import { type ClobClientOptions, createClobClient } from "./clob-client.ts";

const answer = z.object({ blocked: z.boolean(), country: z.string(), region: z.string() });

/** `GET https://polymarket.com/api/geoblock` (API sheet, section 2.13). @param options its address as `url` */
export function createVenueAccess(options: ClobClientOptions): VenueAccess {
  const client = createClobClient(options);
  return {
    async geoblock(signal) {
      const parsed = answer.safeParse(await client.get("", signal));
      if (!parsed.success) throw new PayloadError("GEOBLOCK_MALFORMED", "the geoblock's answer is of an unknown form");
      return parsed.data;
    },
  };
}

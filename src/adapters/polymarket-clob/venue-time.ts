import { type EpochMs, fromUnixSeconds } from "../../core/time/time.ts";
import { timeAnswer } from "./account-schemas.ts";
import { type ClobClientOptions, createClobClient } from "./clob-client.ts";
import { parseAnswer } from "./private-requests.ts";

/** `GET /time`: the venue's clock, in whole seconds. @throws as `ClobClient.get`, PayloadError */
export async function fetchVenueTime(options: ClobClientOptions, signal: AbortSignal): Promise<EpochMs> {
  return fromUnixSeconds(parseAnswer(timeAnswer, await createClobClient(options).get("/time", signal), "/time"));
}

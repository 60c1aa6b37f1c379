import { Agent, request } from "node:http";
import { text } from "node:stream/consumers";
import type { z } from "zod";
import { AbortedError, PayloadError, TransientError } from "../../core/errors.ts";
import type { OrderSigner } from "../../ports/order-signer.ts";
import type { RedemptionSigner } from "../../ports/redemption-signer.ts";
import {
  encodeOrderRequest,
  encodeRedemptionRequest,
  identityAnswer,
  redemptionAnswer,
  signatureAnswer,
} from "./wire.ts";

const TIMEOUT_MS = 2_000;
/** The signer closes what is idle for five seconds. */
const IDLE_MS = 4_000;
const CLOSED = ["ECONNRESET", "EPIPE"];

/** The signer at the other end of a Unix socket. */
export function createSignerClient(socketPath: string, timeoutMs = TIMEOUT_MS): OrderSigner & RedemptionSigner {
  const agent = new Agent({ keepAlive: true, timeout: IDLE_MS });
  const ask = <Schema extends z.ZodType>(
    method: "GET" | "POST",
    path: string,
    body: string,
    schema: Schema,
    signal: AbortSignal,
  ): Promise<z.infer<Schema>> => askSigner({ socketPath, agent, timeoutMs, method, path }, body, schema, signal);
  /** For what no policy refuses. */
  async function askSurely(path: string, body: object, signal: AbortSignal): Promise<`0x${string}`> {
    const answer = await ask("POST", path, JSON.stringify(body), signatureAnswer, signal);
    if (!answer.signed) throw new PayloadError("SIGNER_MALFORMED", `the signer refused ${path}`);
    return answer.signature;
  }
  return {
    identity: (signal) => ask("GET", "/identity", "", identityAnswer, signal),
    signOrder: (order, domain, signal) =>
      ask("POST", "/order", encodeOrderRequest(order, domain), signatureAnswer, signal),
    signRedemption: (redemption, signal) =>
      ask("POST", "/redemption", encodeRedemptionRequest(redemption), redemptionAnswer, signal),
    signAttestation: (timestampSeconds, nonce, signal) =>
      askSurely("/attestation", { timestampSeconds, nonce }, signal),
    signTrial: (salt, timestamp, signal) => askSurely("/trial", { salt, timestamp }, signal),
  };
}

type Target = {
  readonly socketPath: string;
  readonly agent: Agent;
  readonly timeoutMs: number;
  readonly method: string;
  readonly path: string;
};

async function askSigner<Schema extends z.ZodType>(
  target: Target,
  body: string,
  schema: Schema,
  signal: AbortSignal,
): Promise<z.infer<Schema>> {
  const { status, answer } = await send(target, body, signal);
  const parsed = schema.safeParse(parseJson(answer));
  if (status === 200 && parsed.success) return parsed.data;
  throw new PayloadError("SIGNER_MALFORMED", `the signer answered ${status} to ${target.path}`, { status });
}

async function send(
  { timeoutMs, ...target }: Target,
  body: string,
  signal: AbortSignal,
): Promise<{ status: number; answer: string }> {
  let timer: NodeJS.Timeout | undefined;
  let wasKept = false;
  try {
    return await new Promise((resolve, reject) => {
      const headers = { "content-type": "application/json" };
      const asked = request({ ...target, headers, signal }, (response) => {
        text(response).then((answer) => resolve({ status: response.statusCode ?? 0, answer }), reject);
      });
      asked.once("error", (error) => {
        wasKept = asked.reusedSocket;
        reject(error);
      });
      timer = setTimeout(() => asked.destroy(new Error("timeout")), timeoutMs);
      asked.end(body);
    });
  } catch (error) {
    if (signal.aborted) throw new AbortedError();
    // Closed at the other end while nobody looked. An order that was heard all the same counts twice against the day.
    if (wasKept && CLOSED.includes(String((error as NodeJS.ErrnoException).code)))
      return send({ timeoutMs, ...target }, body, signal);
    const code = (error as NodeJS.ErrnoException).code ?? "timeout";
    throw new TransientError("SIGNER_UNREACHABLE", `the signer at ${target.socketPath} does not answer (${code})`);
  } finally {
    // A timer that is left to run keeps all of the question for as long, which makes collecting garbage slow.
    clearTimeout(timer);
  }
}

function parseJson(answer: string): unknown {
  try {
    return JSON.parse(answer);
  } catch {
    return null;
  }
}

import { request } from "node:http";
import { fromJson, type Json, toJson } from "../../core/engine/encode.ts";
import { InputError, TransientError } from "../../core/errors.ts";
import { controlSocketPath } from "./socket-path.ts";

const TIMEOUT_MS = 30_000;

/**
 * Asks the process that holds the embedded database in `folder`.
 * @throws NobodyAnswersError when no process listens there
 * @throws InputError when it refuses the question; TransientError when it fails at it or does not answer in time
 */
export function askControl(folder: string, method: string, args: readonly unknown[]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const asked = request(
      { socketPath: controlSocketPath(folder), method: "POST", path: "/", timeout: TIMEOUT_MS, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () => {
          try {
            resolve(readReply(response.statusCode ?? 0, Buffer.concat(chunks).toString()));
          } catch (error) {
            reject(error);
          }
        });
      },
    );
    asked.on("timeout", () => asked.destroy(new Error("no answer in time")));
    asked.on("error", (cause: NodeJS.ErrnoException) => {
      const isNobody = ["ENOENT", "ENOTDIR", "ECONNREFUSED"].includes(cause.code ?? "");
      reject(
        isNobody
          ? new NobodyAnswersError(folder)
          : new TransientError("CONTROL_FAILED", `the running orderflow did not answer: ${cause.message}`),
      );
    });
    asked.end(JSON.stringify({ method, args: args.map((each) => toJson(each)) }));
  });
}

export class NobodyAnswersError extends TransientError {
  constructor(folder: string) {
    super("CONTROL_NOBODY", `no running orderflow answers in ${folder}`);
  }
}

function readReply(status: number, body: string): unknown {
  const { value, error } = JSON.parse(body) as { value?: Json; error?: string };
  if (status === 200 && value !== undefined) return fromJson(value);
  if (status === 400) throw new InputError("CONTROL_REFUSED", error ?? "the running orderflow refuses the question");
  throw new TransientError("CONTROL_FAILED", `the running orderflow failed: ${error ?? status}`);
}

import { RpcError } from "./rpc-error.ts";

export type RpcResponse = { readonly jsonrpc: "2.0"; readonly id: unknown } & (
  | { readonly result: unknown }
  | { readonly error: { readonly code: number; readonly message: string; readonly data?: unknown } }
);

export type Dispatch = (method: string, params: readonly unknown[]) => unknown;

/**
 * Answers one JSON-RPC 2.0 message, single or batch.
 * @returns null when there is nothing to answer (notifications only).
 */
export function answerMessage(
  text: string,
  dispatch: Dispatch,
  batchMax: number,
): RpcResponse | readonly RpcResponse[] | null {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return failure(null, new RpcError(-32700, "parse error"));
  }
  if (!Array.isArray(message)) return answerCall(message, dispatch);
  if (message.length === 0) return failure(null, new RpcError(-32600, "empty batch"));
  if (message.length > batchMax)
    return failure(null, new RpcError(-32600, `batch too large: at most ${batchMax} calls`));
  const answers = message.map((call) => answerCall(call, dispatch)).filter((answer) => answer !== null);
  return answers.length === 0 ? null : answers;
}

function answerCall(call: unknown, dispatch: Dispatch): RpcResponse | null {
  if (typeof call !== "object" || call === null || Array.isArray(call)) {
    return failure(null, new RpcError(-32600, "invalid request"));
  }
  const { jsonrpc, method, params = [], id } = call as Record<string, unknown>;
  if (jsonrpc !== "2.0" || typeof method !== "string")
    return failure(id ?? null, new RpcError(-32600, "invalid request"));
  if (!Array.isArray(params)) return failure(id ?? null, new RpcError(-32602, "non-array args"));
  try {
    const result = dispatch(method, params);
    return id === undefined ? null : { jsonrpc: "2.0", id, result };
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    return id === undefined ? null : failure(id, error);
  }
}

const failure = (id: unknown, { code, message, data }: RpcError): RpcResponse => ({
  jsonrpc: "2.0",
  id,
  error: data === undefined ? { code, message } : { code, message, data },
});

export const unknownMethod = (method: string): RpcError =>
  new RpcError(-32601, `the method ${method} does not exist/is not available`);

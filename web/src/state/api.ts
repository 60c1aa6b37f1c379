import { signal } from "@preact/signals";

/** Questions to /api/v1. Every failure is an ApiError; status 0 means that nobody answered. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export const API = "/api/v1";

/** Rises when a question is refused for want of a login: the session may have ended meanwhile. */
export const loginsWanted = signal(0);

async function read<T>(request: Promise<Response>): Promise<T> {
  const answer = await request.catch((error: unknown) => {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(0, "NO_ANSWER", "nobody answered");
  });
  if (answer.ok) return (await answer.json()) as T;
  if (answer.status === 401) loginsWanted.value += 1;
  const problem = (await answer.json().catch(() => ({}))) as { code?: string; message?: string };
  throw new ApiError(answer.status, problem.code ?? "UNKNOWN", problem.message ?? `the answer was ${answer.status}`);
}

export const ask = <T>(path: string, signal?: AbortSignal): Promise<T> =>
  read(fetch(API + path, { headers: { accept: "application/json" }, ...(signal === undefined ? {} : { signal }) }));

export const post = <T>(path: string, body: unknown, csrfToken: string | null): Promise<T> =>
  read(
    fetch(API + path, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(csrfToken === null ? {} : { "x-csrf-token": csrfToken }),
      },
      body: JSON.stringify(body),
    }),
  );

/** A page of a table. */
export type Rows<T> = { readonly rows: readonly T[]; readonly next: string | null };

/** Path with a query of what is given; empty values are left out. */
export function withQuery(path: string, query: Readonly<Record<string, string | number | null | undefined>>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") search.set(name, String(value));
  }
  const text = search.toString();
  return text === "" ? path : `${path}?${text}`;
}

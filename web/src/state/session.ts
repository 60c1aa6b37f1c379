import { effect, signal } from "@preact/signals";
import { notify } from "../parts/notices.tsx";
import { ApiError, ask, loginsWanted, post } from "./api.ts";
import { hearServerClock } from "./clock.ts";
import type { CommandOutcome, Session } from "./rows.ts";

export const session = signal<Session | null>(null);
/** Why there is no session; null: there is one, or it is being asked for. */
export const sessionError = signal<unknown>(null);

const RETRY_MS = 3_000;

/** Whether tables would be answered: with a password set, only after logging in, unless the dashboard is public. */
export const mayLook = signal(true);

export async function loadSession(): Promise<void> {
  try {
    const found = await ask<Session>("/session");
    mayLook.value = found.authenticated || !found.password_required || (await isPublic());
    session.value = found;
    sessionError.value = null;
    hearServerClock(Date.parse(found.label.now), found.label.time_factor);
  } catch (error) {
    sessionError.value = error;
    // Nobody answers: somebody may be starting it.
    if (error instanceof ApiError && error.status === 0) setTimeout(() => void loadSession(), RETRY_MS);
  }
}

effect(() => {
  // Only who was let in finds out this way that it is over.
  if (loginsWanted.value > 0 && session.peek()?.authenticated === true) void loadSession();
});

const isPublic = (): Promise<boolean> =>
  ask("/coverage?limit=1").then(
    () => true,
    (error: unknown) => !(error instanceof ApiError && error.status === 401),
  );

/** @throws ApiError with status 401 where the password is wrong, 429 after too many tries */
export async function logIn(password: string): Promise<void> {
  await post("/login", { password }, null);
  await loadSession();
}

export async function logOut(): Promise<void> {
  await post("/logout", {}, null).catch(() => undefined);
  await loadSession();
}

type CommandKind = "pause" | "resume" | "halt" | "close" | "close-all";

/** Writes a command for the executor and says what became of it. */
export async function command(kind: CommandKind, positionId?: string): Promise<void> {
  try {
    const body = positionId === undefined ? { kind } : { kind, position_id: positionId };
    const { outcome, detail } = await post<CommandOutcome>("/commands", body, session.value?.csrf_token ?? null);
    notify(detail, outcome === "refused");
  } catch (error) {
    const reason = error instanceof ApiError ? error.message : String(error);
    notify(`The command was not taken: ${reason}`, true);
    // The page's token may be of a session that ended: with a new one the button works again.
    if (error instanceof ApiError && error.status === 403) await loadSession();
  }
}

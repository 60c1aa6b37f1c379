import { useState } from "preact/hooks";
import { Mark } from "../parts/icons.tsx";
import { ApiError } from "../state/api.ts";
import { goTo, place } from "../state/router.ts";
import { logIn } from "../state/session.ts";

export function Login() {
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [isWaiting, setWaiting] = useState(false);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setWaiting(true);
    try {
      await logIn(password);
      if (place.value.path === "/login") goTo("/");
    } catch (error) {
      setProblem(error instanceof ApiError ? error.message : String(error));
      setWaiting(false);
    }
  };
  return (
    <main class="page login">
      <form class="panel" onSubmit={(event) => void submit(event)}>
        <span class="brand">
          <Mark /> orderflow
        </span>
        <h1>Log in</h1>
        <label class="field" for="password">
          Password
        </label>
        <input
          id="password"
          class="input"
          type="password"
          autocomplete="current-password"
          required
          value={password}
          onInput={(event) => setPassword(event.currentTarget.value)}
        />
        {problem === null ? null : (
          <p class="down" role="alert">
            {problem}
          </p>
        )}
        <button type="submit" class="button strong" disabled={isWaiting}>
          {isWaiting ? "Checking…" : "Log in"}
        </button>
        <p class="small muted">
          It is what <span class="mono">DASHBOARD_PASSWORD</span> was set to where the dashboard runs.
        </p>
      </form>
    </main>
  );
}

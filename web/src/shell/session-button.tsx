import { Icon } from "../parts/icons.tsx";
import { logOut, session } from "../state/session.ts";

/** Nothing where no password is set: then there is nobody to be. */
export function SessionButton() {
  const own = session.value;
  if (own?.password_required !== true) return null;
  return own.authenticated ? (
    <button type="button" class="button" onClick={() => void logOut()}>
      <Icon name="close" size={13} /> Log out
    </button>
  ) : (
    <a class="button" href="/login">
      Log in
    </a>
  );
}

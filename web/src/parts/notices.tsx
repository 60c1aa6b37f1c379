import { signal } from "@preact/signals";
import { Icon } from "./icons.tsx";

type Notice = { readonly id: number; readonly text: string; readonly isBad: boolean };
const notices = signal<readonly Notice[]>([]);
let newest = 0;

const SHOWN_MS = 7000;

/** Says something in the corner; bad news stays until it is closed. */
export function notify(text: string, isBad = false): void {
  newest += 1;
  const id = newest;
  notices.value = [...notices.value.slice(-2), { id, text, isBad }];
  if (!isBad) setTimeout(() => dismiss(id), SHOWN_MS);
}

const dismiss = (id: number): void => {
  notices.value = notices.value.filter((notice) => notice.id !== id);
};

export const Notices = () => (
  <section class="notices" aria-live="polite" aria-label="Notices">
    {notices.value.map(({ id, text, isBad }) => (
      <div key={id} class={isBad ? "notice down" : "notice"}>
        <span>{text}</span>
        <button type="button" class="button quiet icon" aria-label="Close this notice" onClick={() => dismiss(id)}>
          <Icon name="close" />
        </button>
      </div>
    ))}
  </section>
);

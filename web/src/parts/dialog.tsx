import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { Icon } from "./icons.tsx";

type DialogProps = {
  readonly title: string;
  readonly onClose: () => void;
  readonly isWide?: boolean;
  readonly children: ComponentChildren;
};

/** Modal, closed by Escape, by its cross, or by a click beside it. */
export function Dialog({ title, onClose, isWide = false, children }: DialogProps) {
  const box = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const element = box.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape is the key; the click is on the backdrop
    <dialog
      ref={box}
      class={isWide ? "wide" : ""}
      aria-labelledby={id}
      onCancel={onClose}
      onClick={(event) => {
        if (event.target === box.current) onClose();
      }}
    >
      <div class="dialog-head">
        <span id={id}>{title}</span>
        <button type="button" class="button quiet icon" aria-label="Close" onClick={onClose}>
          <Icon name="close" />
        </button>
      </div>
      <div class="dialog-body">{children}</div>
    </dialog>
  );
}

type Question = { readonly title: string; readonly text: string; readonly action: string; readonly run: () => void };
const question = signal<Question | null>(null);

/** Asks before something that cannot be taken back. */
export const confirmThen = (asked: Question): void => {
  question.value = asked;
};

export function Confirmation() {
  const asked = question.value;
  if (asked === null) return null;
  const close = (): void => {
    question.value = null;
  };
  return (
    <Dialog title={asked.title} onClose={close}>
      <p>{asked.text}</p>
      <div class="dialog-foot">
        <button type="button" class="button" onClick={close}>
          Cancel
        </button>
        <button
          type="button"
          class="button strong"
          onClick={() => {
            close();
            asked.run();
          }}
        >
          {asked.action}
        </button>
      </div>
    </Dialog>
  );
}

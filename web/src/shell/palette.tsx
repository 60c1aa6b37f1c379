import { useEffect, useRef, useState } from "preact/hooks";
import { routes } from "../routes.ts";
import { goTo } from "../state/router.ts";

type Goal = { readonly label: string; readonly hint: string; readonly run: () => void };

function goalsFor(text: string): readonly Goal[] {
  const wanted = text.trim().toLowerCase();
  const go = (href: string) => () => goTo(href);
  const goals: Goal[] = [];
  if (/^0x[0-9a-f]{40}$/.test(wanted))
    goals.push({ label: `Wallet ${wanted}`, hint: "open", run: go(`/wallets/${wanted}`) });
  else if (/^0x([0-9a-f]{62}|[0-9a-f]{64})$/.test(wanted)) {
    goals.push({ label: `Market ${wanted}`, hint: "open", run: go(`/markets/${wanted}`) });
  } else if (/^0x[0-9a-f]+$/.test(wanted)) {
    goals.push({ label: `Wallets that begin with ${wanted}`, hint: "search", run: go(`/wallets?search=${wanted}`) });
  }
  const pages = routes.filter(({ label }) => label.toLowerCase().includes(wanted));
  goals.push(...pages.map(({ label, path, key }) => ({ label, hint: `g ${key}`, run: go(path) })));
  if (wanted !== "" && !wanted.startsWith("0x")) {
    const href = `/markets?search=${encodeURIComponent(text.trim())}`;
    goals.push({ label: `Markets with “${text.trim()}”`, hint: "search", run: go(href) });
  }
  return goals;
}

/** Pages, wallets and markets by a few letters. */
export function Palette({ onClose: close }: { onClose: () => void }) {
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState(0);
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => box.current?.showModal(), []);
  const goals = goalsFor(text);
  const run = (goal: Goal | undefined): void => {
    if (goal === undefined) return;
    close();
    goal.run();
  };
  const onKey = (event: KeyboardEvent): void => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (event.key === "Enter") run(goals[chosen]);
    else if (step === 0) return;
    else setChosen((chosen + step + goals.length) % goals.length);
    event.preventDefault();
  };
  return (
    <dialog
      ref={box}
      class="palette"
      aria-label="Go anywhere"
      onCancel={close}
      onClick={(event) => {
        if (event.target === box.current) close();
      }}
    >
      <input
        type="text"
        role="combobox"
        aria-label="Page, wallet address or words of a market"
        aria-expanded="true"
        aria-controls="goals"
        aria-activedescendant={`goal-${chosen}`}
        placeholder="Page, wallet address, words of a market…"
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setChosen(0);
        }}
        onKeyDown={onKey}
      />
      <ul id="goals" role="listbox" aria-label="Places">
        {goals.map((goal, index) => (
          <li
            key={goal.label}
            id={`goal-${index}`}
            role="option"
            aria-selected={index === chosen}
            onClick={() => run(goal)}
          >
            <span>{goal.label}</span>
            <span class="faint">{goal.hint}</span>
          </li>
        ))}
      </ul>
    </dialog>
  );
}

import { useEffect, useRef, useState } from "preact/hooks";
import { glossary } from "../glossary/glossary.ts";
import { Dialog } from "../parts/dialog.tsx";
import { Icon } from "../parts/icons.tsx";
import { routes } from "../routes.ts";
import { goTo, place } from "../state/router.ts";
import { sheet, shortcuts } from "./keys.ts";

const close = (): void => {
  sheet.value = null;
};

export function Sheets() {
  switch (sheet.value) {
    case "help":
      return <Help />;
    case "glossary":
      return <GlossarySheet />;
    case "palette":
      return <Palette />;
    case "more":
      return <More />;
    case null:
      return null;
  }
}

const Help = () => (
  <Dialog title="Keyboard" onClose={close}>
    <dl class="facts start">
      {shortcuts.map(([keys, meaning]) => (
        <div key={meaning} class="shortcut">
          <dt>
            {keys.map((key) => (
              <kbd key={key}>{key}</kbd>
            ))}
          </dt>
          <dd>{meaning}</dd>
        </div>
      ))}
    </dl>
    <p class="muted small">Single keys can be switched off in Settings.</p>
  </Dialog>
);

function GlossarySheet() {
  const [wanted, setWanted] = useState("");
  const found = glossary.filter(({ term, identifiers, meaning }) =>
    `${term} ${identifiers.join(" ")} ${meaning}`.toLowerCase().includes(wanted.toLowerCase()),
  );
  return (
    <Dialog title="Glossary" onClose={close} isWide>
      <label class="field">
        <Icon name="search" />
        <span class="unseen">Search the glossary</span>
        <input type="search" placeholder="Search" value={wanted} onInput={(e) => setWanted(e.currentTarget.value)} />
      </label>
      <dl class="glossary">
        {found.map(({ term, identifiers, meaning }) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>
              {meaning}
              {identifiers.length === 0 ? null : <span class="mono faint"> {identifiers.join(", ")}</span>}
            </dd>
          </div>
        ))}
      </dl>
      {found.length === 0 ? <p class="muted">No term fits. Try a shorter word.</p> : null}
    </Dialog>
  );
}

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

function Palette() {
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

const More = () => (
  <Dialog title="All pages" onClose={close}>
    <nav class="nav" aria-label="All pages">
      <ul>
        {routes.map(({ path, label, icon }) => (
          <li key={path}>
            <a href={path} aria-current={place.value.path === path ? "page" : undefined} onClick={close}>
              <Icon name={icon} size={18} />
              {label}
            </a>
          </li>
        ))}
      </ul>
    </nav>
    <button
      type="button"
      class="button"
      onClick={() => {
        sheet.value = "glossary";
      }}
    >
      Glossary
    </button>
  </Dialog>
);

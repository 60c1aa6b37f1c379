import { useState } from "preact/hooks";
import { glossary } from "../glossary/glossary.ts";
import { Dialog } from "../parts/dialog.tsx";
import { Icon } from "../parts/icons.tsx";
import { routes } from "../routes.ts";
import { place } from "../state/router.ts";
import { sheet, shortcuts } from "./keys.ts";
import { Palette } from "./palette.tsx";
import { SessionButton } from "./session-button.tsx";

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
      return <Palette onClose={close} />;
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
    <SessionButton />
  </Dialog>
);

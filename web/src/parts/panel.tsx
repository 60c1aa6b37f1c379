import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

export type PanelProps = {
  readonly title: ComponentChildren;
  /** Columns of twelve on a wide screen. */
  readonly width?: 3 | 4 | 5 | 6 | 7 | 8 | 9 | undefined;
  readonly note?: ComponentChildren;
  readonly tools?: ComponentChildren;
  /** The body brings its own distances. */
  readonly flush?: boolean;
  readonly children: ComponentChildren;
};

export function Panel({ title, width, note, tools, flush = false, children }: PanelProps) {
  const id = useId();
  return (
    <section class={`panel${width === undefined ? "" : ` w${width}`}`} aria-labelledby={id}>
      <div class="panel-head">
        <h2 id={id}>{title}</h2>
        {note === undefined ? null : <span class="note">{note}</span>}
        {tools === undefined ? null : <div class="panel-tools">{tools}</div>}
      </div>
      <div class={flush ? "panel-body flush" : "panel-body"}>{children}</div>
    </section>
  );
}

export const Figure = ({
  label,
  children,
  sub,
  lead = false,
}: {
  label: ComponentChildren;
  children: ComponentChildren;
  sub?: ComponentChildren;
  lead?: boolean;
}) => (
  <div class={lead ? "figure lead" : "figure"}>
    <dt>{label}</dt>
    <dd>{children}</dd>
    {sub === undefined ? null : <dd class="sub">{sub}</dd>}
  </div>
);

export const Figures = ({ label, children }: { label: string; children: ComponentChildren }) => (
  <dl class="panel figures" aria-label={label}>
    {children}
  </dl>
);

export const Fact = ({ label, children }: { label: ComponentChildren; children: ComponentChildren }) => (
  <>
    <dt>{label}</dt>
    <dd>{children}</dd>
  </>
);

type HeadProps = {
  title: ComponentChildren;
  children?: ComponentChildren;
  about?: ComponentChildren;
  crumb?: ComponentChildren;
};

export const PageHead = ({ title, about, crumb, children }: HeadProps) => (
  <div class="page-head">
    <div>
      {crumb === undefined ? null : <p class="crumb">{crumb}</p>}
      <h1>{title}</h1>
      {about === undefined ? null : <p>{about}</p>}
    </div>
    {children}
  </div>
);

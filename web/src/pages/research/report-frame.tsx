import { useEffect, useRef } from "preact/hooks";
import { Icon } from "../../parts/icons.tsx";
import { Panel } from "../../parts/panel.tsx";
import { API } from "../../state/api.ts";
import { isDark } from "../../state/preferences.ts";

type FrameProps = { readonly kind: "backtest" | "sweep" | "research"; readonly id: string; readonly title: string };

/** A report as the command wrote it. Nothing runs in it; from here it gets the theme, and is as high as what it holds. */
export function ReportFrame({ kind, id, title }: FrameProps) {
  const frame = useRef<HTMLIFrameElement>(null);
  const path = `${API}/reports/${kind}/${encodeURIComponent(id)}`;
  const dark = isDark.value;
  const dress = (): void => {
    const root = frame.current?.contentDocument?.documentElement;
    if (root == null) return;
    root.dataset.inside = "";
    root.style.colorScheme = dark ? "dark" : "light";
  };
  useEffect(dress, [dark]);
  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const fit = new ResizeObserver(([entry]) => {
      if (entry !== undefined) element.style.height = `${Math.ceil(entry.target.scrollHeight)}px`;
    });
    const watch = (): void => {
      dress();
      fit.disconnect();
      const body = element.contentDocument?.body;
      if (body != null) fit.observe(body);
    };
    element.addEventListener("load", watch);
    return () => {
      element.removeEventListener("load", watch);
      fit.disconnect();
    };
  }, [path]);
  return (
    <Panel
      flush
      title="Report"
      tools={
        <a class="button quiet" href={path} download={`orderflow-${kind}-${id.slice(0, 8)}.html`}>
          <Icon name="download" size={14} /> HTML
        </a>
      }
    >
      <iframe ref={frame} class="report" src={path} title={title} sandbox="allow-same-origin" />
    </Panel>
  );
}

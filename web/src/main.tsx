import "@fontsource-variable/inter/wght.css";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/parts.css";
import "./styles/tables.css";
import "./styles/charts.css";
import { render } from "preact";
import { App } from "./app.tsx";
import { listenToKeys } from "./shell/keys.ts";

const root = document.getElementById("app");
if (root !== null) {
  listenToKeys();
  render(<App />, root);
}

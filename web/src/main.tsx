import "@fontsource-variable/inter/wght.css";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/bars.css";
import "./styles/panel.css";
import "./styles/figures.css";
import "./styles/controls.css";
import "./styles/values.css";
import "./styles/terms.css";
import "./styles/states.css";
import "./styles/dialogs.css";
import "./styles/login.css";
import "./styles/health.css";
import "./styles/tables.css";
import "./styles/charts.css";
import "./styles/drawings.css";
import { render } from "preact";
import { App } from "./app.tsx";
import { listenToKeys } from "./shell/keys.ts";

const root = document.getElementById("app");
if (root !== null) {
  listenToKeys();
  render(<App />, root);
}

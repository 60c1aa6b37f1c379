import { writeFileSync } from "node:fs";
import { renderEnvExample } from "../adapters/config/example.ts";

writeFileSync(new URL("../../.env.example", import.meta.url), renderEnvExample());

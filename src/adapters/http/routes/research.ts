import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { ReadSide } from "../../../ports/read-side.ts";
import { NotFoundError } from "../answers.ts";
import { addList, problemAnswers } from "../list-route.ts";
import * as schema from "../schemas/research.ts";
import { addPage } from "./pages.ts";
import { ID } from "./values.ts";

/** Backtests, sweeps, tables of research and models, each as list and as one, and their reports. */
export function addResearch(app: OpenAPIHono, reads: ReadSide): void {
  const tag = "Research";
  const params = { id: ID };
  addList(app, {
    ...{ path: "/research", tag, summary: "Variants that backtests have tried", row: schema.backtest },
    read: (page) => reads.research(page),
  });
  addPage(app, {
    ...{ path: "/research/{id}", tag, summary: "One variant with its parameters", params, answer: schema.backtestPage },
    read: (_, { id }) => reads.researchReport(id),
  });
  addList(app, {
    ...{ path: "/sweeps", tag, summary: "Sweeps and how much of each is done", row: schema.sweep },
    read: (page) => reads.sweeps(page),
  });
  addPage(app, {
    ...{ path: "/sweeps/{id}", tag, summary: "One sweep", params, answer: schema.sweep },
    read: (_, { id }) => reads.sweep(id),
  });
  addList(app, {
    ...{ path: "/research-tables", tag, summary: "Tables of `orderflow research`", row: schema.researchTable },
    read: (page) => reads.researchTables(page),
  });
  addPage(app, {
    ...{ path: "/research-tables/{id}", tag, summary: "One table", params, answer: schema.researchTable },
    read: (_, { id }) => reads.researchTable(id),
  });
  addList(app, {
    ...{ path: "/models", tag, summary: "Models trained here, with what became of their signals", row: schema.model },
    read: (page) => reads.models(page),
  });
  addPage(app, {
    ...{
      path: "/models/{id}",
      tag,
      summary: "One model: features, weights, figures",
      params,
      answer: schema.modelPage,
    },
    read: (_, { id }) => reads.model(id),
  });
  addReports(app, reads);
}

/** Written by our own commands, with every title escaped; `guard.ts` lets nothing run in them all the same. */
function addReports(app: OpenAPIHono, reads: ReadSide): void {
  const route = createRoute({
    method: "get",
    path: "/reports/{kind}/{id}",
    tags: ["Research"],
    summary: "The whole report as a page of its own",
    request: { params: z.object({ kind: z.enum(["backtest", "sweep", "research"]), id: ID }) },
    responses: {
      200: { description: "HTML without scripts", content: { "text/html": { schema: z.string() } } },
      ...problemAnswers,
    },
  });
  app.openapi(route, async (context) => {
    const { kind, id } = context.req.valid("param");
    const page = await reads.reportPage(kind, id);
    if (page === null) throw new NotFoundError(context.req.path);
    return context.html(page);
  });
}

import type { OrderFaults } from "../faults/order-faults.ts";
import { type ApiKey, type ClobAuth, type ClobRequest, UNAUTHORIZED } from "./clob-auth.ts";
import { createOrderLists, type ListDeps } from "./clob-lists.ts";
import type { OrderDeps } from "./clob-order-check.ts";
import { createOrderRoute } from "./clob-orders.ts";
import { createStandingRoutes } from "./clob-standing.ts";
import { ok, type Reply, type Silence } from "./reply.ts";

export type AccountRoutesDeps = ListDeps & OrderDeps & { readonly auth: ClobAuth; readonly faults: OrderFaults };

/** The private part of the CLOB's REST interface (API sheet, section 2.3). @returns null for what is not its own */
export function createAccountRoutes(deps: AccountRoutesDeps) {
  const { venue, auth } = deps;
  const postOrder = createOrderRoute(deps, deps.faults);
  const { list, remove, one } = createOrderLists(deps);
  const { balance, isClosedOnly } = createStandingRoutes(venue, deps.index);

  function get(key: ApiKey, path: string, query: URLSearchParams): Reply {
    if (path === "/data/orders" || path === "/data/trades") return list(key, path, query);
    if (path.startsWith("/data/order/")) return one(key, path.slice("/data/order/".length));
    if (path === "/auth/ban-status/closed-only") return ok({ closed_only: isClosedOnly(key) });
    if (path === "/auth/api-keys") return ok({ apiKeys: [key.apiKey] });
    return balance(key, query, path.endsWith("/update"));
  }

  return async function answer(request: ClobRequest): Promise<Reply | Silence | null> {
    const { method, path, query, body } = request;
    const route = `${method} ${path}`;
    if (route === "POST /auth/api-key" || route === "GET /auth/derive-api-key") return auth.credentials(request);
    if (!PRIVATE.some((each) => route === each || (each.endsWith("/") && route.startsWith(each)))) return null;
    const key = auth.authenticate(request);
    if (key === null) return UNAUTHORIZED;
    if (route === "POST /order") return postOrder(key, body);
    return method === "DELETE" ? remove(key, path, body) : get(key, path, query);
  };
}

const PRIVATE = [
  ...["POST /order", "DELETE /order", "DELETE /orders", "DELETE /cancel-all", "DELETE /cancel-market-orders"],
  ...["GET /data/order/", "GET /data/orders", "GET /data/trades"],
  ...["GET /balance-allowance", "GET /balance-allowance/update"],
  ...["GET /auth/ban-status/closed-only", "GET /auth/api-keys"],
];

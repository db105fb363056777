/** What is not there: 404, or 405 where another method would do. */
import type { FastifyInstance } from "fastify";
import { Refusal } from "./problem.ts";

export function refuseUnknown(server: FastifyInstance): void {
  const routes = new Map<string, { pattern: RegExp; methods: Set<string> }>();
  server.addHook("onRoute", ({ url, method }) => {
    if (url.includes("*")) return;
    const known = routes.get(url) ?? { pattern: patternOf(url), methods: new Set() };
    [method].flat().forEach((each) => known.methods.add(each));
    routes.set(url, known);
  });
  server.addHook("onRequest", async (request) => {
    if (!request.is404) return; // here, before a body is read
    const { method } = request;
    const path = request.url.split("?", 1)[0]!;
    const methods = [...routes.values()].filter(({ pattern }) => pattern.test(path)).map((route) => route.methods);
    const allowed = [...new Set(methods.flatMap((each) => [...each]))].toSorted();
    // it has this method, but not for so long a name
    if (allowed.length === 0 || allowed.includes(method)) throw notFound(method, path);
    throw new Refusal(
      405,
      "method_not_allowed",
      `${path.slice(0, 200)} has no ${method}; it has ${allowed.join(", ")}.`,
      {
        headers: { allow: allowed.join(", ") },
      },
    );
  });
  // reached only where a handler calls it, such as for a file that went away
  server.setNotFoundHandler((request) => {
    throw notFound(request.method, request.url.split("?", 1)[0]!);
  });
}

function notFound(method: string, path: string): Refusal {
  return new Refusal(404, "not_found", `There is no ${method} ${path.slice(0, 200)}. /docs shows what there is.`);
}

/** Of a route's path; a parameter may bring a pattern of its own: `:file(^\w+$)`. */
function patternOf(url: string): RegExp {
  const steps = url.split("/").map((step) => {
    if (!step.startsWith(":")) return step.replaceAll(".", "\\.");
    return /\(\^?(.*?)\$?\)$/.exec(step)?.[1] ?? "[^/]+";
  });
  return new RegExp(`^${steps.join("/")}$`);
}

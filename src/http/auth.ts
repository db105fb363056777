/** Who may ask: the bearer of `LECTOR_API_KEY`; without a key whoever is on this machine, but no page of another site. */
import { createHash, timingSafeEqual } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { HttpSettings } from "./app.ts";
import { Refusal } from "./problem.ts";

/** Needs no key: health for probes, the documentation, and the page, which asks for the key itself. */
const open =
  /^\/(?:health(?:\/(?:live|ready))?|docs(?:\/.*)?|openapi\.json|favicon\.ico|icon\.svg|index\.html|assets\/.*)?$/;

export function authenticate(server: FastifyInstance, { apiKey, corsOrigins }: HttpSettings): void {
  server.addHook("onRequest", async (request) => {
    const path = request.url.split("?", 1)[0]!;
    if (apiKey === null) checkHost(request);
    if (!isSafe(request)) checkOrigin(request, corsOrigins);
    if (apiKey !== null && !open.test(path)) checkKey(request, apiKey);
  });
}

function checkKey(request: FastifyRequest, apiKey: string): void {
  const given = /^Bearer +(.+)$/i.exec(request.headers.authorization ?? "")?.[1]?.trim();
  if (given !== undefined && sameText(given, apiKey)) return;
  const scheme = given === undefined ? 'Bearer realm="lector"' : 'Bearer realm="lector", error="invalid_token"';
  const detail =
    given === undefined
      ? "This needs the API key. Send the header Authorization: Bearer KEY, with the server's LECTOR_API_KEY."
      : "The API key is wrong. It is the server's LECTOR_API_KEY.";
  throw new Refusal(401, "unauthorized", detail, { headers: { "www-authenticate": scheme } });
}

/** In a time that tells nothing of where they differ, or of the length. */
function sameText(one: string, other: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}

const isSafe = ({ method }: FastifyRequest) => method === "GET" || method === "HEAD" || method === "OPTIONS";

/**
 * Without a key the server listens on loopback only, but a page of any site can have its own name resolve to loopback
 * (DNS rebinding) and would then count as this server's own. Its name gives it away.
 */
function checkHost(request: FastifyRequest): void {
  const { host } = request.headers;
  if (host === undefined || isLocal(hostnameOf(`http://${host}`))) return;
  const detail = `This server has no LECTOR_API_KEY and answers to localhost only, not to the host "${host.slice(0, 100)}".`;
  throw new Refusal(403, "host_refused", detail);
}

function isLocal(host: string | null): boolean {
  if (host === null) return false; // a name that is none
  return host === "localhost" || host.endsWith(".localhost") || host === "[::1]" || /^127(\.\d{1,3}){3}$/.test(host);
}

/** What changes something is not done for a page of another site. */
function checkOrigin(request: FastifyRequest, allowed: string[]): void {
  const { origin, host } = request.headers;
  if (origin === undefined || allowed.includes("*") || allowed.includes(origin)) return;
  const from = URL.canParse(origin) ? new URL(origin).host : null;
  if (from !== null && from === host) return;
  const detail = `Pages of ${origin.slice(0, 200)} may not do this. LECTOR_CORS_ORIGINS names the origins that may.`;
  throw new Refusal(403, "origin_refused", detail);
}

function hostnameOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).hostname : null;
}

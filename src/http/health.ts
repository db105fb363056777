/** `GET /health/live` (the process answers), `/health/ready` (it can serve), `/health` (both, for people). */
import { rm, writeFile } from "node:fs/promises";
import { sql } from "kysely";
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import type { HttpApp } from "./app.ts";
import { json, problems } from "./openapi.ts";
import { Refusal } from "./problem.ts";

const CHECK_MS = 3000;

const check = z.object({ ok: z.boolean(), message: z.string() });
const checks = z.object({ database: check, schema: check, storage: check });
const ready = z.object({ status: z.literal("ok"), checks }).meta({ id: "Ready" });
const summary = ready.extend({ version: z.string(), uptime_s: z.number() }).meta({ id: "Health" });

type Check = z.output<typeof check>;

export function health(server: FastifyInstance, app: HttpApp): void {
  const routes = server.withTypeProvider<ZodTypeProvider>();
  const tags = ["operation"];
  const began = performance.now();
  let stopping = false;
  server.addHook("preClose", async () => void (stopping = true));

  async function readiness(): Promise<z.output<typeof ready>> {
    if (stopping) throw notReady("The server is stopping.", {});
    const [[database, schema], storage] = await Promise.all([databaseChecks(app), storageCheck(app)]);
    const found = { database, schema, storage };
    const wrong = Object.values(found).filter(({ ok }) => !ok);
    if (wrong.length > 0) throw notReady(wrong.map(({ message }) => message).join(" "), found);
    return { status: "ok", checks: found };
  }

  routes.get(
    "/health/live",
    {
      schema: {
        tags,
        operationId: "live",
        summary: "The process answers",
        security: [],
        response: { 200: json("It does", z.object({ status: z.literal("ok") }).meta({ id: "Live" })), ...problems() },
      },
    },
    async () => ({ status: "ok" as const }),
  );
  routes.get(
    "/health/ready",
    {
      schema: {
        tags,
        operationId: "ready",
        summary: "Database, schema and storage can be used; 503 says which cannot",
        security: [],
        response: { 200: json("They can", ready), ...problems() },
      },
    },
    () => readiness(),
  );
  routes.get(
    "/health",
    {
      schema: {
        tags,
        operationId: "health",
        summary: "The same, with version and uptime",
        security: [],
        response: { 200: json("All is well", summary), ...problems() },
      },
    },
    async () => ({
      ...(await readiness()),
      version: app.version,
      uptime_s: Math.round((performance.now() - began) / 1000),
    }),
  );
}

function notReady(detail: string, checks: Record<string, Check>): Refusal {
  return new Refusal(503, "not_ready", detail, { members: { checks }, headers: { "retry-after": "2" } });
}

async function databaseChecks({ connection, schema }: HttpApp): Promise<[database: Check, schema: Check]> {
  const database = await tried("The database", () => connection.ping());
  if (!database.ok) return [database, { ok: false, message: "The schema cannot be read without it." }];
  const migrated = await tried("The schema", async () => {
    const { rows } = await sql<{ name: string }>`select name from lector.migrations`.execute(connection.db);
    if (!rows.some(({ name }) => name === schema)) throw new Error(`${schema} is not applied; run lector migrate`);
  });
  return [database, migrated];
}

function storageCheck({ storage }: HttpApp): Promise<Check> {
  return tried("The storage", async () => {
    const scratch = storage.scratch();
    await writeFile(scratch, "");
    await rm(scratch);
  });
}

/** Says the error's kind but no address or path: probes need no key. */
async function tried(what: string, work: () => Promise<void>): Promise<Check> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${CHECK_MS / 1000} s`)), CHECK_MS);
  try {
    await Promise.race([work(), late]);
    return { ok: true, message: `${what} can be used.` };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { ok: false, message: `${what} cannot be used: ${code ?? message}.` };
  } finally {
    clearTimeout(timer);
  }
}

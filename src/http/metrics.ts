/** `GET /metrics`, in Prometheus's text format. */
import { sql } from "kysely";
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Database } from "../database/connect.ts";
import { RUN_STATUSES } from "../orchestrator/find.ts";
import type { HttpApp } from "./app.ts";
import { file, problems } from "./openapi.ts";

/** Scrapes within this time share one look at the database. */
const FRESH_MS = 2000;

export function metrics(server: FastifyInstance, { connection: { db } }: HttpApp): void {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  countRequests(server, registry);
  const gauges = gaugesOf(registry);
  let at = -Infinity;
  let looking = Promise.resolve();

  server.withTypeProvider<ZodTypeProvider>().get(
    "/metrics",
    {
      schema: {
        tags: ["operation"],
        operationId: "metrics",
        summary: "Prometheus metrics",
        response: { 200: file("Prometheus's text format", ["text/plain"]), ...problems() },
      },
    },
    async (_request, reply) => {
      if (performance.now() - at > FRESH_MS) {
        at = performance.now();
        looking = look(db, gauges);
      }
      await looking;
      return reply.type(registry.contentType).send(await registry.metrics());
    },
  );
}

function countRequests(server: FastifyInstance, registry: Registry): void {
  const durations = new Histogram({
    name: "lector_http_request_duration_seconds",
    help: "Time from a request's headers to the end of its answer",
    labelNames: ["method", "route", "status"],
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  server.addHook("onResponse", async (request, reply) => {
    const route = request.routeOptions.url ?? "none";
    if (route === "/audio/:execution_id/events") return; // lasts as long as its run
    durations.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
  });
}

type Gauges = ReturnType<typeof gaugesOf>;

function gaugesOf(registry: Registry) {
  const gauge = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  return {
    runs: gauge("lector_runs", "Runs by status, child runs too", ["status"]),
    steps: gauge("lector_steps", "Steps that have not ended, by state and task type", ["state", "task_type"]),
    queue: gauge("lector_queue_depth", "Steps that a worker could start now", []),
    oldest: gauge("lector_queue_oldest_seconds", "How long the oldest of them has been waiting", []),
    waiting: gauge("lector_runs_waiting", "Runs that wait for their admission", []),
    events: gauge("lector_events_total", "Events written since the database's statistics began", []),
  };
}

async function look(db: Database, gauges: Gauges): Promise<void> {
  const [runs, steps, queue, others] = await Promise.all([
    sql<{ status: string; n: number }>`
      select status, count(*)::int as n from lector.workflow_instances group by status`.execute(db),
    sql<{ state: string; task_type: string; n: number }>`
      select state, task_type, count(*)::int as n from lector.workflow_steps
      where state in ('ready', 'running', 'waiting') group by state, task_type`.execute(db),
    sql<{ n: number; oldest: number }>`
      select count(*)::int as n, coalesce(extract(epoch from now() - min(run_at)), 0)::float8 as oldest
      from lector.workflow_steps where state = 'ready' and not parked and run_at <= now()`.execute(db),
    sql<{ waiting: number; events: number }>`
      select (select count(*)::int from lector.workflow_instances
        where status in ('PENDING', 'RUNNING') and admission_keys <> '{}' and admitted_at is null) as waiting,
        (select n_tup_ins from pg_stat_user_tables where relid = 'lector.workflow_events'::regclass) as events`.execute(
      db,
    ),
  ]);
  for (const status of RUN_STATUSES)
    gauges.runs.set({ status }, runs.rows.find((row) => row.status === status)?.n ?? 0);
  gauges.steps.reset();
  for (const { state, task_type, n } of steps.rows) gauges.steps.set({ state, task_type }, n);
  gauges.queue.set(queue.rows[0]!.n);
  gauges.oldest.set(queue.rows[0]!.oldest);
  gauges.waiting.set(others.rows[0]!.waiting);
  gauges.events.set(others.rows[0]!.events ?? 0);
}

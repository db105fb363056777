/** `/v1/schedules`: runs that the clock starts. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { InvalidSchedule, MISSED } from "../orchestrator/occurrences.ts";
import {
  addSchedule,
  changeSchedule,
  findSchedule,
  listSchedules,
  removeSchedule,
  type ScheduleTools,
  type Starts,
} from "../orchestrator/schedules.ts";
import { presentSchedule } from "../orchestrator/present.ts";
import type { GenerateRequest } from "../workflows/audio-generation.ts";
import type { HttpApp } from "./app.ts";
import { refusedFor } from "./audio-generate.ts";
import { json, nameOf, pageSize, problems } from "./openapi.ts";
import { errorSchema, time } from "./run-view.ts";

const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_.-]{0,62}$/, "expected lower-case letters, digits, _, . and -, at most 63 of them");
const cron = z
  .string()
  .max(200)
  .describe("minute, hour, day of month, month, day of week, as `30 6 * * 1-5`; of six fields the first is the second");
const timeZone = z.string().max(64).describe("IANA, such as Europe/Berlin: whose clock the expression means");
const missed = z
  .enum(MISSED)
  .describe(
    "what becomes of moments that passed more than a minute ago while no worker ran: they fall away, are made up for once, or each (the last 100)",
  );
const workflow = nameOf("a workflow's name").describe("the workflow that is started, in its newest version");
const event = nameOf("an event's name").describe("or the event: each workflow is started whose definition names it");
const input = z
  .record(z.string(), z.unknown())
  .describe("what the runs start with; of `audio_generation` the body of POST /audio/generate");
const enabled = z.boolean().describe("false: it is paused");

const newSchedule = z
  .strictObject({
    name,
    cron,
    time_zone: timeZone.default("UTC"),
    missed: missed.default("once"),
    workflow: workflow.optional(),
    event: event.optional(),
    input: input.default({}),
    enabled: enabled.default(true),
  })
  .meta({ id: "NewSchedule" });

const change = z
  .strictObject({ name, cron, time_zone: timeZone, missed, workflow, event, input, enabled })
  .partial()
  .meta({ id: "ScheduleChange" });

const fields = {
  schedule_id: z.guid(),
  name: z.string(),
  cron: z.string(),
  time_zone: z.string(),
  missed: z.enum(MISSED),
  workflow: z.string().nullable(),
  event: z.string().nullable(),
  enabled: z.boolean(),
  next_at: time.nullable().describe("when it is due; null while it is paused"),
  last_at: time.nullable().describe("the last moment for which it started runs, or could not"),
  error: errorSchema.nullable().describe("why it could start nothing for that moment"),
  created_at: time,
  updated_at: time,
};

const summary = z.object(fields).meta({ id: "Schedule" });
const whole = z.object({ ...fields, input: z.record(z.string(), z.unknown()) }).meta({ id: "ScheduleInFull" });
const page = z
  .object({
    schedules: z.array(summary),
    next_cursor: z.string().nullable().describe("gives the next page; null: this was the last"),
  })
  .meta({ id: "Schedules" });

const query = z.strictObject({ limit: pageSize, cursor: name.optional().describe("next_cursor of the page before") });
const params = z.object({
  schedule: z
    .string()
    .regex(/^[\w.-]{1,63}$/, "expected a schedule's id or name")
    .describe("its id or name"),
});

const about = { tags: ["schedules"] };

export function schedules(server: FastifyInstance, app: HttpApp): void {
  const tools = { db: app.connection.db, store: app.storage, prepare: app.prepare };
  const routes = server.withTypeProvider<ZodTypeProvider>();
  shown(routes, tools);
  added(routes, tools);
  changed(routes, tools);
  removed(routes, tools);
}

type Routes = FastifyInstance<RawServerDefault, IncomingMessage, ServerResponse, FastifyBaseLogger, ZodTypeProvider>;

function shown(routes: Routes, tools: ScheduleTools): void {
  routes.get(
    "/v1/schedules",
    {
      schema: {
        ...about,
        operationId: "listSchedules",
        summary: "The schedules there are, by name",
        querystring: query,
        response: { 200: json("A page of them", page), ...problems() },
      },
    },
    async ({ query: { limit, cursor } }) => {
      const found = await listSchedules(tools.db, { after: cursor, limit: limit + 1 });
      const some = found.slice(0, limit);
      return { schedules: some.map(presentSchedule), next_cursor: found.length > limit ? some.at(-1)!.name : null };
    },
  );

  routes.get(
    "/v1/schedules/:schedule",
    {
      schema: {
        ...about,
        operationId: "schedule",
        summary: "One of them, with its input. Its runs: GET /v1/runs?schedule_id=…",
        params,
        response: { 200: json("The schedule", whole), ...problems(404) },
      },
    },
    async ({ params: { schedule } }) => {
      const found = await findSchedule(tools, schedule);
      return { ...presentSchedule(found), input: found.input };
    },
  );
}

function added(routes: Routes, tools: ScheduleTools): void {
  routes.post(
    "/v1/schedules",
    {
      schema: {
        ...about,
        operationId: "addSchedule",
        summary: "Start runs by the clock",
        body: newSchedule,
        response: { 201: json("It is due at next_at", summary), ...problems(409, 413, 415, 422) },
      },
    },
    async ({ body: { time_zone: zone, ...given }, log }, reply) => {
      const wanted = { ...given, ...startsOf(given), timeZone: zone };
      const made = await addSchedule(tools, wanted).catch(refusing(given.input));
      log.info({ schedule: made.name, schedule_id: made.scheduleId }, "schedule added");
      return reply.code(201).header("location", `/v1/schedules/${made.scheduleId}`).send(presentSchedule(made));
    },
  );
}

function changed(routes: Routes, tools: ScheduleTools): void {
  routes.patch(
    "/v1/schedules/:schedule",
    {
      schema: {
        ...about,
        operationId: "changeSchedule",
        summary: "Change it, pause it, go on with it",
        description: `What is left out stays. Other times begin to count now, and of the time in which it was paused nothing was missed.
Runs that were started already keep what they have.`,
        params,
        body: change,
        response: { 200: json("As it is now", summary), ...problems(404, 409, 413, 415, 422) },
      },
    },
    async ({ params: { schedule }, body: { time_zone: zone, workflow: named, event: at, ...rest }, log }) => {
      const starts = named === undefined && at === undefined ? {} : startsOf({ workflow: named, event: at });
      const wanted = { ...rest, ...starts, ...(zone !== undefined && { timeZone: zone }) };
      const now = await changeSchedule(tools, schedule, wanted).catch(refusing(rest.input));
      log.info({ schedule: now.name, schedule_id: now.scheduleId }, "schedule changed");
      return presentSchedule(now);
    },
  );
}

function removed(routes: Routes, tools: ScheduleTools): void {
  routes.delete(
    "/v1/schedules/:schedule",
    {
      schema: {
        ...about,
        operationId: "removeSchedule",
        summary: "Remove it. Its runs stay, and go on",
        params,
        response: { 200: json("As it was", summary), ...problems(404) },
      },
    },
    async ({ params: { schedule }, log }) => {
      const gone = await removeSchedule(tools.db, schedule);
      log.info({ schedule: gone.name, schedule_id: gone.scheduleId }, "schedule removed");
      return presentSchedule(gone);
    },
  );
}

function startsOf(given: { workflow?: string | undefined; event?: string | undefined }): Starts {
  return { workflow: given.workflow ?? null, event: given.event ?? null };
}

/** What a narration's input lacks, by field. */
function refusing(given: Record<string, unknown> | undefined) {
  return (error: unknown): never => {
    if (error instanceof InvalidSchedule || !given) throw error;
    throw refusedFor(error, given as GenerateRequest, "input.");
  };
}

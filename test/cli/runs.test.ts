/** `lector runs …` and `lector dead-letters …`: what a person does to runs, on a database that they share with workers. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startRun } from "../../src/orchestrator/start.ts";
import { PermanentError } from "../../src/orchestrator/task.ts";
import { gate, orchestra, task, type Orchestra } from "../support/orchestra.ts";
import { narrated, onlyObject, place, story, until } from "../support/program.ts";

const files = place();
const hold = gate();
let broken = true;
let here: Orchestra;
let start: (name: string, steps: Record<string, string>) => Promise<string>;

beforeAll(async () => {
  here = await orchestra([
    task("good", () => ({})),
    task("wait", () => hold.opened),
    task("fail", () => {
      if (broken) throw new PermanentError("It is broken.", { code: "broken", cause: new Error("deep down") });
      return {};
    }),
  ]);
  const worker = await here.worker();
  start = async (name, steps) => {
    const planned = Object.entries(steps).map(([step, task_type]) => ({ name: step, task_type }));
    const workflow = await here.define({ name, steps: planned });
    return (await worker.start({ workflow, input: {} })).executionId;
  };
});
afterAll(async () => {
  hold.open();
  await here.close();
  await files.close();
});

const lector = (...args: string[]) => files.run(args, { env: { DATABASE_URL: here.url } });
const clock = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`;

test("a run is paused and resumed, as lines and as JSON, and says so when there is nothing to do", async () => {
  const id = await start("paused", { first: "wait", second: "good" });
  const paused = await lector("runs", "pause", id, "--why", "lunch");
  expect(paused).toMatchObject({ code: 0, stdout: expect.stringMatching(new RegExp(`^Paused ${id}: `)) });
  expect((await lector("runs", "pause", id)).stdout).toBe(`${id} is paused already.\n`);
  expect((await lector("runs", "list", "--status", "paused")).stdout).toContain(`${id}  PAUSED`);
  const resumed = await lector("runs", "resume", id, "--json");
  expect(onlyObject(resumed.stdout)).toEqual({ execution_id: id, status: "RUNNING" });
  expect((await lector("runs", "resume", id)).stdout).toBe(`${id} is not paused: it is RUNNING.\n`);
  hold.open();
  await here.ended(id);
  const told = (await here.events(id)).filter(({ kind }) => /paused|resumed/.test(kind));
  expect(told.map(({ data }) => [data["by"], data["why"]])).toEqual([
    ["cli", "lunch"],
    ["cli", "lector runs resume"],
  ]);
  const late = await lector("runs", "pause", id);
  expect([late.code, late.stdout, late.stderr]).toEqual([2, "", expect.stringContaining("has ended as COMPLETED")]);
});

test("a superseded run names its successor, as lines and as JSON", async () => {
  const workflow = await here.define({ name: "changing", steps: [{ name: "only", task_type: "nobody" }] });
  const begin = async (contentHash: string) => {
    const request = { workflow, input: {}, dedupeKey: "article", contentHash };
    return (await startRun(here.connection.db, here.store, request)).executionId;
  };
  const [old, next] = [await begin("v1"), await begin("v2")];
  expect((await lector("runs", "show", old)).stdout).toContain(`superseded by: ${next}\n`);
  expect((await lector("runs", "show", next)).stdout).not.toContain("superseded");
  const shown = onlyObject((await lector("runs", "show", old, "--json")).stdout);
  expect(shown).toMatchObject({ execution_id: old, status: "CANCELLED", superseded_by: next });
});

test("a run is restarted from a step by name or number", async () => {
  const id = await start("again", { look: "good", keep: "good" });
  await here.ended(id);
  const byName = await lector("runs", "restart", id, "--step", "keep", "--why", "another voice");
  expect(byName).toMatchObject({ code: 0, stdout: expect.stringContaining(`Restarted ${id} from step 2 (keep).`) });
  await here.ended(id);
  const byNumber = await lector("runs", "restart", id, "--step", "1", "--json");
  expect(onlyObject(byNumber.stdout)).toEqual({ execution_id: id, status: "RUNNING" });
  await here.ended(id);
  expect((await lector("runs", "show", id)).stdout).toMatch(/look +done {2}attempt 2\n.*keep +done {2}attempt 3\n/);
});

test("what cannot be done to a run is refused with code 2, and a line that says why", async () => {
  const id = await start("refused", { look: "good" });
  await here.ended(id);
  const unknown = "01a1fc0b-a1e8-7165-a832-000000000000";
  const refused: [string[], string][] = [
    [["runs", "restart", id], "--step"],
    [["runs", "restart", id, "--step", "hear"], 'has no step "hear". Its steps: 1 look.'],
    [["runs", "restart", id, "--step", "0"], "has no step 0"],
    [["runs", "restart", unknown, "--step", "1"], `No run has the execution_id ${unknown}`],
    [["runs", "pause", unknown], `No run has the execution_id ${unknown}`],
    [["runs", "resume", "x"], '"x" is no execution_id'],
    [["runs", "pause", id, "--why", "x".repeat(501)], "--why has 501 characters"],
    [["dead-letters", "show", unknown], `No dead letter has the task_id ${unknown}`],
    [["dead-letters", "replay"], "task_id"],
    [["dead-letters", "replay", "x"], '"x" is no task_id'],
  ];
  for (const [args, says] of refused) {
    const { code, stdout, stderr } = await lector(...args);
    expect([code, stdout], args.join(" ")).toEqual([2, ""]);
    expect(stderr).toContain(says);
    expect(stderr).not.toMatch(/^\s+at /m);
  }
});

test("dead letters are listed, shown with their cause and replayed, one as well as several", async () => {
  expect((await lector("dead-letters", "list")).stdout).toBe("No dead letters.\n");
  broken = true;
  const runs = [await start("dead", { only: "fail" }), await start("dead", { only: "fail" })];
  await Promise.all(runs.map(here.ended));
  const list = await lector("dead-letters", "list", "--workflow", "dead");
  expect(list.stdout).toMatch(new RegExp(`^(\\S{36}  ${clock}  dead/only  It is broken\\.\n){2}$`));
  const listed = onlyObject((await lector("dead-letters", "list", "--json")).stdout) as { dead_letters: any[] };
  const letters = runs.map((run) => listed.dead_letters.find((each) => each.execution_id === run).task_id);
  const show = await lector("dead-letters", "show", letters[0]);
  expect(show.stdout).toMatch(
    new RegExp(`\n  failed; run ${runs[0]} is FAILED\n  attempt 1  ${clock}  It is broken\\. \\(deep down\\)\n$`),
  );
  broken = false;
  const unknown = "01a1fc0b-a1e8-7165-a832-000000000000";
  const several = await lector("dead-letters", "replay", unknown, ...letters, "--why", "mended");
  expect([several.code, several.stderr]).toEqual([2, expect.stringContaining(unknown)]);
  expect(several.stdout).toBe(runs.map((run) => `Reopened ${run}.\n`).join(""));
  for (const run of runs) expect((await here.ended(run)).status).toBe("COMPLETED");
  const again = await lector("dead-letters", "replay", letters[0], "--json");
  expect([again.code, onlyObject(again.stdout)]).toEqual([
    0,
    { replayed: [{ task_id: letters[0], execution_id: runs[0], status: "COMPLETED", changed: false }] },
  ]);
  const shown = onlyObject((await lector("dead-letters", "show", letters[0], "--json")).stdout);
  expect(shown).toMatchObject({
    state: "done",
    causes: [{ attempt: 1, kind: "failed", error: { code: "broken" } }],
    revivals: [{ kind: "reopened", data: { by: "cli", why: "mended", replay: { task_id: letters[0] } } }],
  });
  expect((await lector("dead-letters", "show", letters[0])).stdout).toMatch(
    new RegExp(`\n  reopened  ${clock}  by cli: mended\n$`),
  );
});

test("a narration that is paused says so to whoever follows it, and ends well after the resume", async () => {
  const file = files.write("long.md", story(2000, { paragraphs: 20, each: 4 }));
  const env = { DATABASE_URL: here.url, LECTOR_CORES: "1" };
  const program = files.start(["narrate", file, "--json"], { env });
  const run = async () =>
    (
      await here.rows<{ id: string; spoken: number; running: number }>(`
      select i.execution_id as id, (select count(*)::int from lector.ledger l where l.execution_id = i.execution_id) as spoken,
        (select count(*)::int from lector.workflow_steps s where s.root_id = i.execution_id and s.state = 'running') as running
      from lector.workflow_instances i join lector.workflows w using (workflow_id) where w.name = 'narrate'`)
    )[0];
  await until("something is spoken", async () => ((await run())?.spoken ?? 0) > 3);
  const { id } = (await run())!;
  await lector("runs", "pause", id);
  await until("nothing of it runs", async () => (await run())!.running === 0);
  await sleep(300); // the program looks ten times a second
  expect((await lector("runs", "show", id)).stdout).toContain("PAUSED");
  await lector("runs", "resume", id);
  const ended = await program.ended;
  expect(ended.stderr).toContain(`Run ${id} is paused. "lector runs resume ${id}" goes on with it.`);
  expect(narrated(ended)).toMatchObject({ execution_id: id, status: "COMPLETED" });
});

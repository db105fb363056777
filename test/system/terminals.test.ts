/** Several programs on one data folder; and one that leaves while its run goes on. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { narrated, onlyObject, place, story, until, type Database, type Program } from "../support/program.ts";
import { stopwatch } from "../support/stopwatch.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 }); // each command is a process, on a machine that may be busy
const here = place();
let database: Database;
beforeAll(async () => {
  database = await here.database();
  await here.run(["migrate"]); // so that every test can ask for rows
});
afterEach(async () => {
  const twice = await boughtTwice();
  if (twice.length > 0) throw new Error(`Bought twice: ${JSON.stringify(twice)}`);
});
afterAll(async () => {
  await database.leave();
  await here.close();
});

/** A call that was in flight when its run was cancelled may be made again, and stands as `wasted`. */
const boughtTwice = () =>
  database.rows(
    `select fingerprint from lector.ledger where state = 'settled' group by fingerprint having count(*) > 1`,
  );
/** On one core, so that there is time to do something to it. */
const slowly = { env: { LECTOR_CORES: "1" } };
const long = (first: number) => here.write(`${first}.md`, story(first, { paragraphs: 20, each: 4 }));

/** The execution_id, once something of the newest run is spoken. */
async function speaking(): Promise<string> {
  let id = "";
  await until("a segment of the run is spoken", async () => {
    const [run] = await database.rows<{ id: string; spoken: number }>(`
      select i.execution_id as id, (select count(*)::int from lector.ledger l
        where l.execution_id = i.execution_id and l.state = 'settled') as spoken
      from lector.workflow_instances i where status = 'RUNNING' order by created_at desc limit 1`);
    id = run?.id ?? "";
    return (run?.spoken ?? 0) > 3;
  });
  return id;
}

const statusOf = async (id: string) => {
  const [run] = await database.rows<{ status: string }>(
    "select status from lector.workflow_instances where execution_id = $1",
    [id],
  );
  return run?.status;
};
const settled = async (id: string) =>
  (await database.rows("select 1 from lector.ledger where execution_id = $1 and state = 'settled'", [id])).length;

test("two terminals with the same file follow one run, and both write its files", async () => {
  const file = here.write("shared.md", story(1000, { paragraphs: 10 }));
  const ended = await Promise.all(["left", "right"].map((out) => here.run(["narrate", file, "--json", "--out", out])));
  const [left, right] = ended.map(narrated);
  expect(right).toEqual({ ...left!, files: right!.files });
  expect(left!.segments).toEqual({ total: 20, synthesised: 20, reused: 0 });
  const [one, other] = ["left", "right"].map((out) => readFileSync(join(here.work, out, "audio.mp3")));
  expect(one!.equals(other!)).toBe(true);
  expect(ended.map(({ stderr }) => stderr).join("")).toContain(`Following run ${left!.execution_id}`);
});

test("two files that share sentences, at the same time, have each spoken once", async () => {
  const shared = story(2000, { paragraphs: 12, each: 2 });
  const texts = [`${story(2100)}\n${shared}`, `${shared}\n${story(2200)}`];
  const both = await Promise.all(texts.map((text, index) => here.narrate(here.write(`share${index}.md`, text))));
  const spoken = both.reduce((sum, { segments }) => sum + segments.synthesised, 0);
  expect(both.map(({ segments }) => segments.total)).toEqual([30, 30]);
  expect(spoken).toBe(36);
});

test("Ctrl-C detaches, and the same command goes on with the same run and buys nothing again", async () => {
  const file = long(3000);
  const program = here.start(["narrate", file, "--json"], slowly);
  const id = await speaking();
  const took = stopwatch();
  program.interrupt();
  const { code, stdout, stderr } = await program.ended;
  expect(took()).toBeLessThan(5000);
  expect({ code, stdout, status: await statusOf(id) }).toEqual({ code: 130, stdout: "", status: "RUNNING" });
  expect(stderr).toContain(`Detached. Run ${id}`);
  const before = await settled(id);
  expect(before).toBeLessThan(80);
  const made = await here.narrate(file);
  expect(made.execution_id).toBe(id);
  expect(made.segments).toEqual({ total: 80, synthesised: 80, reused: 0 });
  expect(made.characters.billed).toBe(made.characters.total); // what was being spoken could end, too
});

test("one terminal's Ctrl-C leaves the other to finish the run", async () => {
  const file = long(4000);
  const programs = ["a", "b"].map((out) => here.start(["narrate", file, "--json", "--out", out], slowly));
  const id = await speaking();
  programs[0]!.interrupt();
  const [left, stayed] = await Promise.all(programs.map((program: Program) => program.ended));
  expect(left!.code).toBe(130);
  expect(narrated(stayed!).execution_id).toBe(id);
});

test("a run is cancelled from another terminal at once, says so, and retried it goes on", async () => {
  const file = long(5000);
  const program = here.start(["narrate", file, "--json"], slowly);
  const id = await speaking();
  const cancel = await here.run(["runs", "cancel", id]);
  const took = stopwatch();
  const { code, stdout, stderr } = await program.ended;
  expect(took()).toBeLessThan(2000);
  expect(cancel).toMatchObject({ code: 0, stdout: `Cancelled ${id}.\n` });
  expect(code).toBe(1);
  expect(onlyObject(stdout)).toMatchObject({ execution_id: id, status: "CANCELLED", error: { code: "cancelled" } });
  expect(stderr).toContain(`Run ${id} ended as CANCELLED`);
  const retry = await here.run(["runs", "retry", id, "--json"]);
  expect(onlyObject(retry.stdout)).toEqual({ execution_id: id, status: "RUNNING" });
  const made = await here.narrate(file);
  expect(made).toMatchObject({ execution_id: id, status: "COMPLETED", segments: { total: 80, synthesised: 80 } });
});

test("a worker ends a run that its terminal left, and stops when it is told to", async () => {
  const program = here.start(["narrate", long(6000), "--json"], slowly);
  const id = await speaking();
  program.interrupt();
  expect((await program.ended).code).toBe(130);
  const worker = here.start(["worker"]);
  await until("the worker ended the run", async () => (await statusOf(id)) === "COMPLETED");
  worker.kill("SIGTERM");
  const { code, stdout, stderr } = await worker.ended;
  expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
  const lines = stderr
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines.at(-1)).toMatchObject({ level: "info", msg: "stopped" });
});

/** `lector schedules …`, on a database that it shares with a worker. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { onlyObject, place, until } from "../support/program.ts";
import { testDatabase, type TestDatabase } from "../support/database.ts";

const files = place();
let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(async () => {
  await files.close();
  await database.drop();
});

const env = () => ({ DATABASE_URL: database.url });
const lector = (...args: string[]) => files.run(["schedules", ...args], { env: env() });
const clock = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC`;
const speak = ["--workflow", "audio_generation"];
const said = JSON.stringify({ text: "Good morning." });

test("a schedule is added, starts narrations that a worker makes, is shown with them, paused, resumed and removed", async () => {
  expect((await lector("list")).stdout).toBe("No schedules.\n");
  const input = files.write("input.json", said);
  const added = await lector("add", "often", "--cron", "* * * * * *", ...speak, "--input", `@${input}`);
  expect(added.stdout).toMatch(new RegExp(`^Added often: due ${clock}\\. A worker starts its runs: `));
  const worker = files.start(["worker"], { env: env() });
  const runs = async () => (onlyObject((await lector("show", "often", "--json")).stdout) as { runs: any[] }).runs;
  await until("one of its runs is made", async () => (await runs()).some(({ status }) => status === "COMPLETED"));
  expect((await lector("pause", "often")).stdout).toContain("Paused often: it starts nothing until");
  expect((await lector("list")).stdout).toBe("often  * * * * * * UTC  audio_generation  paused\n");
  worker.kill("SIGTERM");
  expect((await worker.ended).code).toBe(0);
  const made = await runs();
  const id = (onlyObject((await lector("show", "often", "--json")).stdout) as { schedule_id: string }).schedule_id;
  expect(made.every((run) => run.schedule_id === id && run.scheduled_for.endsWith(".000Z"))).toBe(true);
  expect((await lector("show", id)).stdout).toContain(`\n  ${id}  missed: once\n  ${made[0].execution_id}  `);
  expect((await lector("resume", "often")).stdout).toMatch(new RegExp(`^Resumed often: due ${clock}\\.\n$`));
  const removed = await lector("remove", "often", "--json");
  expect(onlyObject(removed.stdout)).toMatchObject({ schedule_id: id, name: "often", enabled: true });
  expect((await lector("list", "--json")).stdout).toBe('{"schedules":[]}\n');
});

test("what cannot be is refused with code 2, and a line that names the field and the value", async () => {
  const add = ["add", "wrong", "--cron", "0 7 * * *"];
  const refused: [string[], string][] = [
    [["add", "wrong", ...speak], "--cron"],
    [["add", "wrong", "--cron", "0 7", ...speak, "--input", said], "cron: expected a cron expression of 5 fields"],
    [[...add, "--time-zone", "Mars", ...speak, "--input", said], "time_zone: expected an IANA time zone"],
    [[...add, "--workflow", "dance"], "workflow: expected a workflow (audio_generation, narrate)"],
    [[...add, "--input", said], "workflow: expected either a workflow or an event"],
    [[...add, ...speak, "--input", "hello"], "--input is not JSON"],
    [[...add, ...speak, "--input", '{"text":"Hi.","voice":"nina"}'], 'Voice "nina" is not configured'],
    [[...add, ...speak, "--input", "@nowhere.json"], "nowhere.json"],
    [["show", "nobody"], 'No schedule has the id or name "nobody"'],
  ];
  for (const [args, says] of refused) {
    const { code, stdout, stderr } = await lector(...args);
    expect([code, stdout, stderr], args.join(" ")).toEqual([2, "", expect.stringContaining(says)]);
    expect(stderr).not.toMatch(/^\s+at /m);
  }
  expect((await lector("list")).stdout).toBe("No schedules.\n");
});

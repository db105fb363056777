/** What `--json` prints is what the HTTP API answers: a program that reads one reads the other. */
import { afterAll, expect, test } from "vitest";
import { onlyObject, place } from "../support/program.ts";
import { serve } from "../support/served.ts";

const here = place();
afterAll(() => here.close());

test("the command shows runs and schedules as JSON as the API does", async () => {
  const served = await serve(here);
  const { url, program } = served;
  const id = await served.generate("Shown twice.");
  await served.ended(id);
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({
    name: "yearly",
    cron: "0 0 1 1 *",
    workflow: "audio_generation",
    input: { text: "Hi." },
  });
  expect((await fetch(`${url}/v1/schedules`, { method: "POST", headers, body })).status).toBe(201);
  const api = async (path: string) => (await (await fetch(`${url}${path}`)).json()) as any;
  const command = async (...args: string[]) => onlyObject((await here.run([...args, "--json"])).stdout) as any;

  const shown = await command("runs", "show", id);
  expect(await served.status(id)).toMatchObject(shown);
  expect(shown.steps.map(({ name }: any) => name)).toEqual(expect.arrayContaining(["generate_audio", "speech"]));
  expect((await command("runs", "list")).runs).toEqual((await api("/v1/runs")).runs);
  expect((await command("schedules", "list")).schedules).toEqual((await api("/v1/schedules")).schedules);
  const { runs, ...schedule } = await command("schedules", "show", "yearly");
  expect([runs, schedule]).toEqual([[], await api("/v1/schedules/yearly")]);
  expect((await here.run(["runs", "show", id])).stdout).toMatch(/^ +4 {2}narrate\/speech done {2}1\/1$/m);
  program.kill("SIGTERM");
  await program.ended;
});

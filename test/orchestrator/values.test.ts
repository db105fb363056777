/** Large values are kept as references; nobody but the program makes one. */
import { createHash } from "node:crypto";
import { afterEach, expect, test } from "vitest";
import type { StartRequest } from "../../src/orchestrator/start.ts";
import { UnstorableValue } from "../../src/orchestrator/values.ts";
import { orchestra, task, type Orchestra } from "../support/orchestra.ts";

let here: Orchestra;
afterEach(() => here.close());

const secret = Buffer.from(JSON.stringify({ secret: "of somebody else" }));
const sha256 = createHash("sha256").update(secret).digest("hex");
const reference = { $ref: sha256, bytes: secret.byteLength, sha256 };

async function play(input: StartRequest["input"], outputOfFirst?: object): Promise<{ seen: unknown[]; run: any }> {
  const seen: unknown[] = [];
  here = await orchestra([task("a", () => outputOfFirst ?? {}), task("b", (given) => void seen.push(given))]);
  await here.store.put(secret);
  const workflow = await here.define({
    name: "two",
    steps: [
      { name: "a", task_type: "a" },
      { name: "b", task_type: "b", input: { whole: "/input", part: "/input/part", before: "/steps/a" } },
    ],
  });
  const worker = await here.worker();
  const { executionId } = await worker.start({ workflow, input });
  return { seen, run: await here.ended(executionId) };
}

test.each([
  ["a field", { part: reference }, "part"],
  ["something deep", { part: 1, list: [0, { deep: [reference] }] }, "list.1.deep.0"],
  ["the whole", reference, "input"],
])(
  "a run's input that holds a reference, as %s, is refused by its field and starts nothing",
  async (_, input, field) => {
    await expect(play(input)).rejects.toMatchObject({
      field,
      message: expect.stringMatching(new RegExp(`^${field} `)),
    });
    await expect(play(input)).rejects.toBeInstanceOf(UnstorableValue);
    expect(await here.rows("select 1 from lector.workflow_instances")).toEqual([]);
  },
);

test("a task's output that holds one fails its run, and nothing is read through it", async () => {
  const { seen, run } = await play({ part: 1 }, { found: reference });
  expect(run).toMatchObject({ status: "FAILED", error: { step: "a", message: expect.stringMatching(/^found /) } });
  expect(seen).toEqual([]);
});

test.each([
  ["of JSON Schema", { $ref: "#/components/schemas/A" }],
  ["with a word more", { ...reference, more: 1 }],
  ["to other bytes than it says", { ...reference, $ref: "0".repeat(64) }],
  ["that is half of one", { $ref: sha256 }],
])("a $ref %s is data as any other", async (_, part) => {
  const { seen } = await play({ part }, { part });
  expect(seen).toEqual([{ whole: { part }, part, before: { part } }]);
});

test("an input that is large and holds a $ref of its own comes back as it was", async () => {
  const part = { $ref: "#/a", text: "x".repeat(100_000) };
  const { seen } = await play({ part });
  expect(seen).toEqual([{ whole: { part }, part, before: {} }]);
});

import { createHash } from "node:crypto";
import { beforeAll, expect, test, vi } from "vitest";
import { startEngine, type Engine } from "../../../src/providers/speech/espeak-engine.ts";

const NORMAL = { rate: 175, pitch: 50, range: 50 };
const TEXT_BYTES = 3_000;
const UTTERANCES: [voice: string, text: string][] = [
  ["en-us", "The ship hissed past at 3.5 knots, in 1945."],
  ["en-us", "The ship hissed past at 3.5 knots, in 1945."],
  ["id", "Harga beras naik tujuh persen pada bulan Maret."],
  ["en-us", "Привет, 世界 and مرحبا!"], // loads other languages' dictionaries
  ["cmn", "今天天气很好 and fine."],
  ["en-us+f3", "She sells sea shells."],
  ["de", "Was für ein schöner Tag?"],
  ["en-us", "She sells sea shells."],
  ["en-us", "A long sentence asks the engine for more memory, ".repeat(60)], // than it had when the voice was set
];

let engine: Engine;
let fresh: string[];

const fingerprint = (said: ReturnType<Engine["say"]>) =>
  createHash("sha256").update(said.audio).update(JSON.stringify(said.events)).digest("hex");

beforeAll(async () => {
  engine = await startEngine(TEXT_BYTES);
  fresh = [];
  for (const [voice, text] of UTTERANCES)
    fresh.push(fingerprint((await startEngine(TEXT_BYTES)).say(voice, NORMAL, text)));
});

const orders: [string, number[]][] = [
  ["as listed", [0, 1, 2, 3, 4, 5, 6, 7, 8, 0]],
  ["backwards", [8, 7, 6, 5, 4, 3, 2, 1, 0]],
  ["each twice", [3, 3, 0, 0, 5, 5, 7, 7, 2, 2]],
  ["one voice around another", [0, 2, 0, 4, 0, 3, 7, 0, 6, 1]],
];
test.each(orders)("sound and events are those of a fresh engine, whatever was said before: %s", (_, order) => {
  const reused = order.map((index) => fingerprint(engine.say(UTTERANCES[index]![0], NORMAL, UTTERANCES[index]![1])));
  expect(reused).toEqual(order.map((index) => fresh[index]));
});

test("a breathy speaker's noise does not depend on when the engine started", async () => {
  const clock = vi.spyOn(Date, "now").mockReturnValue(1_000_000_000_000);
  const other = await startEngine(TEXT_BYTES).finally(() => clock.mockRestore());
  expect(fingerprint(other.say("en-us+f3", NORMAL, "She sells sea shells."))).toBe(fresh[5]);
});

test("settings of one text do not stay for the next", () => {
  const [voice, text] = UTTERANCES[0]!;
  const fast = engine.say(voice, { rate: 300, pitch: 80, range: 0 }, text);
  expect(fast.audio.length).toBeLessThan(engine.say(voice, NORMAL, text).audio.length * 0.8);
  expect(fingerprint(engine.say(voice, NORMAL, text))).toBe(fresh[0]);
});

test("a text that fills the whole buffer, and a voice that does not exist, leave the engine as it was", () => {
  engine.say("en-us", NORMAL, "word ".repeat(TEXT_BYTES / 5));
  expect(() => engine.say("nobody", NORMAL, "Hello.")).toThrow('espeak-ng has no voice "nobody"');
  expect(() => engine.say("en-us", NORMAL, "é".repeat(TEXT_BYTES))).toThrow("does not fit");
  expect(fingerprint(engine.say(UTTERANCES[0]![0], NORMAL, UTTERANCES[0]![1]))).toBe(fresh[0]);
});

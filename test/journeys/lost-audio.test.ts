/** Audio is lost behind the program's back, and the same text is narrated again. */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { place, story } from "../support/program.ts";

const here = place();
afterAll(() => here.close());

/** Removes what is stored under the hashes that a query gives; answers how many there were. */
async function lose(query: string): Promise<number> {
  const database = await here.database();
  const lost = await database.rows<{ sha256: string }>(query);
  await database.leave();
  for (const { sha256 } of lost) rmSync(join(here.data, "storage", sha256.slice(0, 2), sha256));
  return lost.length;
}

const segments = "select distinct audio_sha256 as sha256 from lector.speech_segments";
const fragments = "select distinct audio_sha256 as sha256 from lector.fragments";
const published = "select distinct audio_sha256 as sha256 from lector.publications";

test("the free voice speaks again what is missed, and the ledger has both calls", async () => {
  const file = here.write("lost.md", story(90_000));
  const first = await here.narrate(file);
  const whole = readFileSync(first.files["mp3_128"]!);
  const { total } = first.segments;
  expect(total).toBe(6);

  expect(await lose(published)).toBe(2); // mp3 and waveform
  expect((await here.narrate(file)).segments).toEqual({ total, synthesised: 0, reused: total });
  expect(await lose(`${fragments} limit 2`)).toBe(2);
  expect((await here.narrate(file)).segments).toEqual({ total, synthesised: 0, reused: total });
  expect(await lose(`${segments} limit 4`)).toBe(4);
  expect((await here.narrate(file)).segments).toEqual({ total, synthesised: 0, reused: total });

  expect(await lose(`${fragments} union ${published} union (${segments} offset 4)`)).toBe(7);
  const again = await here.narrate(file);
  expect(again.segments).toEqual({ total, synthesised: total, reused: 0 });
  expect(readFileSync(again.files["mp3_128"]!).equals(whole)).toBe(true);
  const database = await here.database();
  const rows = await database.rows("select state, count(*)::int as rows from lector.ledger group by 1");
  await database.leave();
  expect(rows).toEqual([{ state: "settled", rows: 2 * total }]);
}, 60_000);

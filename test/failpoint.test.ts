/** The switch itself; where the places are, test/contract/commit-boundaries.test.ts knows. */
import { afterAll, expect, test } from "vitest";
import { armFailpoint, failpoint } from "../src/failpoint.ts";
import { place } from "./support/program.ts";

const here = place();
afterAll(() => here.close());

test("a failpoint does nothing until it is passed as often as was asked, and then once", () => {
  failpoint("claim.after");
  armFailpoint("claim.after:2=throw");
  failpoint("claim.after");
  failpoint("claim.before");
  expect(() => failpoint("claim.after")).toThrow("The failpoint claim.after was hit.");
  failpoint("claim.after");
});

test.each(["", "claim", "claim.after:0", "claim.after=burn", "claim.after kill", "nowhere.before"])(
  'refuses "%s" with the form that is expected',
  (text) => expect(() => armFailpoint(text)).toThrow(`NAME[:NTH][=kill|stop|throw], got "${text}"`),
);

test("the program says what is wrong with it, and dies where it is told", { timeout: 60_000 }, async () => {
  const file = here.write("text.md", "One sentence.");
  const refused = await here.run(["narrate", file], { env: { LECTOR_FAILPOINT: "claim.soon" } });
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("docs/faults.md has the names")]);
  const killed = await here.run(["narrate", file], { env: { LECTOR_FAILPOINT: "ready.after" } });
  expect(killed.code).toBe(null);
  expect((await here.narrate(file)).segments.synthesised).toBe(1);
});

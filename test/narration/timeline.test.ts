import { expect, test } from "vitest";
import { layOut } from "../../src/narration/timeline.ts";

test("pieces follow each other with their pauses, in whole samples", () => {
  const pieces = [
    { samples: 1000, pauseBefore: 0 },
    { samples: 0, pauseBefore: 300 },
    { samples: 500, pauseBefore: 10 },
  ];
  expect(layOut({ pieces, lead: 200, tail: 50 })).toEqual({ starts: [200, 1500, 1510], samples: 2060 });
});

test("a narration of nothing is its lead and tail", () => {
  expect(layOut({ pieces: [], lead: 1, tail: 2 })).toEqual({ starts: [], samples: 3 });
});

test("what is no count of samples is refused by name and value", () => {
  expect(() => layOut({ pieces: [{ samples: 1.5, pauseBefore: 0 }], lead: 0, tail: 0 })).toThrow(/`samples`.*1\.5/u);
  expect(() => layOut({ pieces: [{ samples: 1, pauseBefore: -1 }], lead: 0, tail: 0 })).toThrow(/`pauseBefore`.*-1/u);
});

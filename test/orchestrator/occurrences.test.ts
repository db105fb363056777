/** When a schedule is due: time zones, clock changes, and what becomes of missed moments. */
import { describe, expect, test } from "vitest";
import { checkTiming, dueOccurrences, nextOccurrence, type Missed } from "../../src/orchestrator/occurrences.ts";

const at = (text: string) => new Date(text);
const named = (dates: (Date | null)[]) => dates.map((date) => date?.toISOString().slice(0, 19));

function following(cron: string, timeZone: string, after: string, count: number) {
  const found: (Date | null)[] = [];
  for (let from: Date | null = at(after); found.length < count && from;)
    found.push((from = nextOccurrence({ cron, timeZone }, from)));
  return named(found);
}

describe("in Berlin, where clocks go from 2:00 to 3:00 on 29 March and back on 25 October 2026,", () => {
  test("half past two is at three in March, and once in October", () => {
    expect(following("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00Z", 2)).toEqual([
      "2026-03-29T01:00:00",
      "2026-03-30T00:30:00",
    ]);
    expect(following("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00Z", 2)).toEqual([
      "2026-10-25T00:30:00",
      "2026-10-26T01:30:00",
    ]);
  });

  test("each half hour from two to three falls away in March, and comes twice in October", () => {
    expect(following("*/30 2 * * *", "Europe/Berlin", "2026-03-28T12:00Z", 1)).toEqual(["2026-03-30T00:00:00"]);
    expect(following("*/30 2 * * *", "Europe/Berlin", "2026-10-24T12:00Z", 4)).toEqual([
      "2026-10-25T00:00:00",
      "2026-10-25T00:30:00",
      "2026-10-25T01:00:00",
      "2026-10-25T01:30:00",
    ]);
  });

  test.each([
    ["30 2 * * *", "2026-03-29T01:00:00Z"],
    ["30 2 * * *", "2026-10-25T00:30:00Z"],
    ["*/30 2 * * *", "2026-10-25T01:30:00Z"],
  ])("%s is due at %s as it was foretold", (cron, moment) => {
    const timing = { cron, timeZone: "Europe/Berlin", missed: "all" as const };
    const { fire } = dueOccurrences(timing, at(moment), new Date(at(moment).getTime() + 500));
    expect(fire).toEqual([at(moment)]);
  });
});

describe("what was missed", () => {
  const due = (cron: string, missed: Missed, nextAt: string, now: string) => {
    const { fire, next } = dueOccurrences({ cron, timeZone: "Asia/Jakarta", missed }, at(nextAt), at(now));
    return { fire: named(fire), next: named([next])[0] };
  };
  const daily = (missed: Missed, now: string) => due("0 7 * * *", missed, "2026-05-01T00:00:00Z", now);

  test("is left out, made up for once, or in full, as the schedule says", () => {
    const next = "2026-05-04T00:00:00";
    expect(daily("skip", "2026-05-03T12:00:00Z")).toEqual({ fire: [], next });
    expect(daily("once", "2026-05-03T12:00:00Z")).toEqual({ fire: ["2026-05-03T00:00:00"], next });
    const all = ["2026-05-01T00:00:00", "2026-05-02T00:00:00", "2026-05-03T00:00:00"];
    expect(daily("all", "2026-05-03T12:00:00Z")).toEqual({ fire: all, next });
  });

  test("needs no run of its own where one is just due", () => {
    expect(daily("once", "2026-05-03T00:00:10Z").fire).toEqual(["2026-05-03T00:00:00"]);
    expect(daily("skip", "2026-05-03T00:00:10Z").fire).toEqual(["2026-05-03T00:00:00"]);
  });

  test("is missed after a minute, and not before", () => {
    expect(daily("skip", "2026-05-01T00:01:00Z").fire).toEqual(["2026-05-01T00:00:00"]);
    expect(daily("skip", "2026-05-01T00:01:00.001Z").fire).toEqual([]);
  });

  test("is the last hundred at most, however long nobody looked", () => {
    const { fire, next } = due("* * * * * *", "all", "2020-01-01T00:00:00Z", "2026-05-01T00:00:00.250Z");
    expect([fire.length, fire[0], fire.at(-1)]).toEqual([100, "2026-04-30T23:58:21", "2026-05-01T00:00:00"]);
    expect(next).toBe("2026-05-01T00:00:01");
  });

  test("has nothing from before the schedule was due", () => {
    expect(due("0 7 * * *", "all", "2026-05-03T00:00:00Z", "2026-05-03T12:00:00Z").fire).toEqual([
      "2026-05-03T00:00:00",
    ]);
  });
});

test.each(["0 6 * * *", "*/15 9-17 * * MON-FRI", "30 0 6 1 JAN *", "0 0 L * *", "@daily", " 0  6 * * 7 "])(
  "%j is a cron expression",
  (cron) => expect(() => checkTiming({ cron, timeZone: "UTC" })).not.toThrow(),
);

test.each([
  ["", "UTC", 'such as "30 6 * * 1-5", got ""'],
  ["6", "UTC", "5 fields"],
  ["2027-01-01T00:00:00", "UTC", "5 fields"],
  ["61 * * * *", "UTC", "Invalid value for minute: 61"],
  ["0 6 * * *  2027 1", "UTC", "5 fields"],
  ["? 6 * * *", "UTC", "5 fields"],
  ["@sometimes", "UTC", "5 fields"],
  ["0 0 30 2 *", "UTC", "expected a time that comes"],
  [`${"0,".repeat(200)}0 6 * * *`, "UTC", "5 fields"],
  ["0 6 * * *", "Mars/Olympus", 'expected an IANA time zone such as Europe/Berlin or UTC, got "Mars/Olympus"'],
  ["0 6 * * *", "+02:00", "IANA time zone"],
  ["0 6 * * *", "", "IANA time zone"],
])("%j in the zone %j is refused", (cron, timeZone, says) => {
  expect(() => checkTiming({ cron, timeZone })).toThrow(says);
});

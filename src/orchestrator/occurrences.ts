/**
 * When a schedule is due: the moments that its cron expression names in its time zone, and what becomes of those that
 * were missed.
 *
 * Where clocks go forward, a time of day that does not exist is made up for at the first moment that does; where they go
 * back, one that comes twice counts once. Of expressions that repeat within the hour or day, times that do not exist fall
 * away, and those that come twice count twice. (croner, `fixedTimeRule: "single-value"`.)
 */
import { Cron } from "croner";

export const MISSED = ["skip", "once", "all"] as const;

/**
 * A moment is missed where nobody started its runs within a minute. `skip`: it falls away. `once`: one run for the last
 * of them, unless another moment is just due. `all`: each has its runs, up to the last 100.
 */
export type Missed = (typeof MISSED)[number];

export type Timing = { cron: string; timeZone: string; missed: Missed };

/** How late a moment may be and is not missed yet, ms. */
export const LATE_MS = 60_000;
/** For so many moments runs are started at once; of more, the oldest fall away. */
export const MOST_AT_ONCE = 100;

/** A field of a schedule that cannot be. `expected` says what can. */
export class InvalidSchedule extends Error {
  override name = "InvalidSchedule";
  readonly field: string;
  readonly value: unknown;
  readonly expected: string;
  constructor(field: string, value: unknown, expected: string, options?: ErrorOptions) {
    const given = JSON.stringify(value) ?? "nothing";
    super(
      `${field}: ${expected}, got ${given.length > 200 ? `${given.slice(0, 200).toWellFormed()}…` : given}.`,
      options,
    );
    this.field = field;
    this.value = value;
    this.expected = expected;
  }
}

/** Throws `InvalidSchedule` where the expression or the zone is none, or names no moment that ever comes. */
export function checkTiming({ cron, timeZone }: Pick<Timing, "cron" | "timeZone">): void {
  checkZone(timeZone);
  const fields = cron.trim().split(/\s+/).length;
  const is = /^@[a-z]+$/i.test(cron.trim()) || fields === 5 || fields === 6;
  // a ? is the moment at which the expression is read, so each reading would name others
  if (!is || cron.includes("?") || cron.length > 200) throw invalidCron(cron);
  let next: Date | null;
  try {
    next = nextOccurrence({ cron, timeZone }, new Date());
  } catch (cause) {
    const why = cause instanceof Error ? ` (${cause.message.replace(/^CronPattern: /, "")})` : "";
    throw invalidCron(cron, why, { cause });
  }
  if (next === null) throw new InvalidSchedule("cron", cron, "expected a time that comes");
}

function invalidCron(cron: string, why = "", options?: ErrorOptions): InvalidSchedule {
  const expected = "expected a cron expression of 5 fields (minute hour day month weekday) or 6 (second first)";
  return new InvalidSchedule("cron", cron, `${expected}, such as "30 6 * * 1-5"${why}`, options);
}

function checkZone(timeZone: string): void {
  try {
    // an offset such as +02:00 is accepted there, but it is the name of no zone
    if (/^[A-Za-z]/.test(timeZone)) return void new Intl.DateTimeFormat("en", { timeZone });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  throw new InvalidSchedule("time_zone", timeZone, "expected an IANA time zone such as Europe/Berlin or UTC");
}

/** The first moment after `after`; null: none comes any more. */
export function nextOccurrence(timing: Pick<Timing, "cron" | "timeZone">, after: Date): Date | null {
  return read(timing).nextRun(after);
}

/** For which moments from `nextAt` to `now` runs are to be started, in order, and which moment is the next. */
export function dueOccurrences(timing: Timing, nextAt: Date, now: Date): { fire: Date[]; next: Date | null } {
  const cron = read(timing);
  const passed = cron
    .previousRuns(MOST_AT_ONCE + 1, new Date(now.getTime() + 1000))
    .filter((at) => at >= nextAt && at <= now)
    .toSorted((a, b) => a.getTime() - b.getTime())
    .slice(-MOST_AT_ONCE);
  const punctual = passed.filter((at) => now.getTime() - at.getTime() <= LATE_MS);
  const fire = { skip: punctual, once: punctual.length > 0 ? punctual : passed.slice(-1), all: passed };
  return { fire: fire[timing.missed], next: cron.nextRun(now) };
}

function read({ cron, timeZone }: Pick<Timing, "cron" | "timeZone">): Cron {
  return new Cron(cron, { timezone: timeZone, mode: "5-or-6-parts", paused: true });
}

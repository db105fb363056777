/**
 * Named places around every commit, at which a test makes this process kill, freeze or break itself exactly there
 * (`LECTOR_FAILPOINT`, docs/faults.md). Off, as ever but in tests, each costs one comparison.
 *
 * `X.before`: all is written, nothing is committed; `X.after`: it is committed, and nobody was told.
 */
export const failpoints = [
  "start.before",
  "start.after",
  "supersede.before",
  "supersede.after",
  "admit.before",
  "admit.after",
  "claim.before",
  "claim.after",
  "claim-group.before",
  "claim-group.after",
  "settle-alone.before",
  "settle-alone.after",
  "settle-shared.before",
  "settle-shared.after",
  "settle-single.before",
  "settle-single.after",
  "apply.before",
  "join.before",
  "child-end.before",
  "handover.after",
  "child-start.before",
  "child-start.after",
  "reap.before",
  "reap.after",
  "let-go.before",
  "let-go.after",
  "overdue.before",
  "overdue.after",
  "time-out.before",
  "time-out.after",
  "cancel.before",
  "cancel.after",
  "pause.before",
  "pause.after",
  "resume.before",
  "resume.after",
  "reopen.before",
  "reopen.after",
  "restart.before",
  "restart.after",
  "replay.before",
  "replay.after",
  "fire.before",
  "fire.after",
  "remove.before",
  "remove.after",
  "reserve.before",
  "reserve.after",
  "take-over.before",
  "take-over.after",
  "call.before",
  "ready.before",
  "ready.after",
  "refuse.before",
  "refuse.after",
  "waste.before",
  "waste.after",
  "forget.before",
  "forget.after",
  "sweep.before",
  "sweep.after",
  "fragments.before",
  "fragments.after",
  "publication.before",
  "publication.after",
  "store.before",
  "store.renamed",
  "store.after",
] as const;
export type Failpoint = (typeof failpoints)[number];

const actions = ["kill", "stop", "throw"] as const;
type Armed = { name: Failpoint; action: (typeof actions)[number]; left: number };

let armed: Armed | null = null;

/** Does nothing, unless it is the armed one and its time has come. */
export function failpoint(name: Failpoint): void {
  if (armed !== null) hit(armed, name);
}

function hit(at: Armed, name: Failpoint): void {
  if (at.name !== name || --at.left !== 0) return;
  if (at.action === "throw") throw new Error(`The failpoint ${name} was hit.`);
  process.kill(process.pid, at.action === "kill" ? "SIGKILL" : "SIGSTOP"); // nothing more runs before it takes effect
}

export class InvalidFailpoint extends Error {
  override name = "InvalidFailpoint";
}

/** `NAME[:NTH][=kill|stop|throw]`: the NTH time (1) that NAME is passed, the process kills itself. Throws `InvalidFailpoint`. */
export function armFailpoint(text: string): void {
  const [, name, nth = "1", action = "kill"] = /^([a-z.-]+)(?::([1-9]\d*))?(?:=([a-z]+))?$/.exec(text) ?? [];
  const known = failpoints.find((each) => each === name);
  const act = actions.find((each) => each === action);
  if (!known || !act) {
    throw new InvalidFailpoint(
      `Expected LECTOR_FAILPOINT to be NAME[:NTH][=${actions.join("|")}], got "${text}". docs/faults.md has the names.`,
    );
  }
  armed = { name: known, action: act, left: Number(nth) };
}

/** One run, live: its state, stages, sound, and what can be done with it. */
import { type Api, Problem } from "./api.ts";
import { announce } from "./announce.ts";
import { byId, element, setText } from "./element.ts";
import { followRun } from "./follow.ts";
import { player } from "./player.ts";
import { actionOf, isActive, nameOf, type RunDetail } from "./run.ts";
import { stageList } from "./stages.ts";
import { inMinutes, wordingOfStatus } from "./wording.ts";

export type RunView = {
  /** Shows and follows a run; with `focus`, the heading gets it. */
  show(executionId: string, o: { title: string; focus: boolean }): void;
  /** Follows the shown run again, after it was reopened. */
  again(executionId: string): void;
  hide(): void;
};

type Act = (action: "cancel" | "retry", executionId: string) => Promise<void>;

export function runView(api: Api, act: Act, onChange: (run: RunDetail) => void): RunView {
  const section = byId("current", HTMLElement);
  let shown: { id: string; close(): void; again(): void } | null = null;

  function show(id: string, { title, focus }: { title: string; focus: boolean }): void {
    shown?.close();
    const parts = runParts(title);
    section.replaceChildren(...parts.all);
    section.hidden = false;
    shown = watch(api, id, parts, act, onChange);
    if (focus) parts.heading.focus();
  }
  return {
    show,
    again: (id) => void (shown?.id === id && shown.again()),
    hide() {
      shown?.close();
      shown = null;
      section.hidden = true;
    },
  };
}

type Parts = ReturnType<typeof runParts>;

function runParts(title: string) {
  const heading = element("h2", { id: "current-heading", tabIndex: -1, textContent: title });
  const status = element("p", { className: "status" });
  const bar = element("progress", { max: 100, value: 0, aria: { label: "Progress" } });
  const connection = element("p", { className: "hint", hidden: true });
  const error = element("div", { className: "error", role: "alert", hidden: true });
  const sound = element("div", { className: "player", hidden: true });
  const stages = element("ol", { className: "stages", aria: { label: "Stages" } });
  const action = element("button", { type: "button", className: "quiet", hidden: true });
  const refused = element("p", { className: "field-error", role: "alert" });
  const all = [heading, status, bar, connection, error, sound, stages, action, refused];
  return { heading, status, bar, connection, error, sound, stages, action, refused, all };
}

function watch(api: Api, id: string, parts: Parts, act: Act, onChange: (run: RunDetail) => void) {
  const stages = stageList(parts.stages);
  const sound = player(api, parts.sound);
  let last: RunDetail | null = null;
  let following = { close() {} };

  const follower = {
    onStatus(run: RunDetail) {
      showRun(parts, run);
      stages.show(run);
      sound.show(run);
      tellChange(last, run);
      if (last?.status !== run.status) onChange(run);
      last = run;
    },
    onConnection(state: "live" | "lost") {
      parts.connection.hidden = state === "live";
      setText(
        parts.connection,
        state === "live" ? "" : "The connection was lost; trying again. The run itself goes on.",
      );
    },
    onProblem: (problem: Problem) => showError(parts, problem.message),
  };
  const again = () => {
    following.close();
    following = followRun(api, id, follower);
  };
  parts.action.addEventListener("click", () => {
    const action = last && actionOf(last);
    if (!action || parts.action.ariaDisabled === "true") return;
    parts.action.ariaDisabled = "true";
    setText(parts.refused, "");
    void act(action, id)
      .catch((error: Problem) => setText(parts.refused, error.message))
      .finally(() => (parts.action.ariaDisabled = null));
  });
  again();
  return {
    id,
    again,
    close() {
      following.close();
      sound.close();
    },
  };
}

function showRun(parts: Parts, run: RunDetail): void {
  const { label, sign, tone } = wordingOfStatus(run.status);
  setText(parts.heading, nameOf(run));
  parts.status.dataset["tone"] = tone;
  const amount = summary(run);
  if (parts.status.dataset["said"] !== label + amount) {
    parts.status.dataset["said"] = label + amount;
    const drawn = element("span", { className: "sign", textContent: sign, ariaHidden: "true" });
    parts.status.replaceChildren(drawn, element("strong", { textContent: label }), amount);
  }
  parts.bar.value = Math.floor(run.progress);
  parts.bar.hidden = !isActive(run);
  if (!isActive(run)) parts.connection.hidden = true;
  showError(parts, run.error && !isActive(run) ? run.error.message : null);
  showAction(parts, run);
}

function summary(run: RunDetail): string {
  if (isActive(run)) return ` · ${Math.floor(run.progress)} %`;
  const parts = [];
  if (run.duration_s) parts.push(inMinutes(run.duration_s));
  if (run.segments) parts.push(...sentences(run.segments));
  return parts.map((part) => ` · ${part}`).join("");
}

function sentences({ total, reused }: { total: number; reused: number }): string[] {
  const all = total === 1 ? "1 sentence" : `${total} sentences`;
  return reused === 0 ? [all] : [`${all}, ${reused} of them spoken before`];
}

function showError(parts: Parts, message: string | null): void {
  parts.error.hidden = message === null;
  setText(parts.error, message ?? "");
}

/** A button that goes away hands its focus to the heading. */
function showAction({ action, heading }: Parts, run: RunDetail): void {
  const wanted = actionOf(run);
  if (!wanted && document.activeElement === action) heading.focus();
  action.hidden = wanted === null;
  if (wanted) setText(action, wanted === "cancel" ? "Cancel" : "Try again");
}

/** Each state of a run is said aloud, and each quarter of its way; not each percent. */
function tellChange(before: RunDetail | null, run: RunDetail): void {
  if (!before) return;
  if (before.status !== run.status) {
    const seconds = run.duration_s ? ` ${inMinutes(run.duration_s)} of audio.` : "";
    return announce(`${wordingOfStatus(run.status).label}: ${nameOf(run)}.${seconds}`);
  }
  const quarter = Math.floor(run.progress / 25);
  if (quarter > Math.floor(before.progress / 25)) announce(`${25 * quarter} %: ${nameOf(run)}.`);
}

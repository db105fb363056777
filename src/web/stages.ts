/** The stages of a run, each with its sign, state in words and items; updated in place, so that nothing is read twice. */
import { element, setText } from "./element.ts";
import type { RunDetail, Step } from "./run.ts";
import { stageName, wordingOfState } from "./wording.ts";

export function stageList(list: HTMLOListElement): { show(run: RunDetail): void } {
  const rows = new Map<string, ReturnType<typeof stageRow>>();
  return {
    show(run) {
      const wanted = run.steps.filter(hasWork).map((step) => ({ step, key: `${step.workflow}/${step.name}` }));
      for (const { step, key } of wanted) {
        const row = rows.get(key) ?? stageRow(stageName(step.name));
        rows.set(key, row);
        row.show(step);
        row.item.classList.toggle("inner", step.workflow !== run.workflow); // of a run that it started
      }
      const ordered = wanted.map(({ key }) => rows.get(key)!.item);
      if (ordered.length !== list.children.length || ordered.some((item, at) => list.children[at] !== item)) {
        list.replaceChildren(...ordered);
      }
    },
  };
}

/** A fan-out of none is done without having begun. */
const hasWork = (step: Step) => !(step.state === "done" && !step.started_at);

function stageRow(name: string) {
  const sign = element("span", { className: "sign", ariaHidden: "true" });
  const state = element("span", { className: "state" });
  const item = element("li", {}, sign, element("span", { className: "name", textContent: name }), " ", state);
  return {
    item,
    show(step: Step) {
      const wording = wordingOfState(step.state);
      item.dataset["tone"] = wording.tone;
      setText(sign, wording.sign);
      setText(state, [wording.label, ...details(step)].join(", "));
    },
  };
}

function details(step: Step): string[] {
  const parts = [];
  if (step.items && step.state !== "done") parts.push(`${step.items.done} of ${step.items.total}`);
  if (step.attempt > 1) parts.push(`attempt ${step.attempt}`);
  const took = seconds(step);
  if (step.state === "done" && took !== null) parts.push(`${took} s`);
  return parts;
}

function seconds({ started_at, ended_at }: Step): string | null {
  if (!started_at || !ended_at) return null;
  return ((Date.parse(ended_at) - Date.parse(started_at)) / 1000).toFixed(1);
}

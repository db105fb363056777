/** How much of a run is done: its steps weighed, those of its child runs within them. */
import type { Definition } from "../orchestrator/definition.ts";
import type { StepSummary } from "../orchestrator/find.ts";

/** A fan-out or a child run is where the work is; lone steps are short. */
const WEIGHT = { lone: 1, wide: 20 };

/** 0 to 1. `steps` are those of the tree; `child` gives a workflow's definition by name. */
export function progressOf(
  { name, steps: planned }: Definition,
  steps: StepSummary[],
  child: (workflow: string) => Definition | null,
): number {
  let done = 0;
  let all = 0;
  for (const [index, plan] of planned.entries()) {
    const weight = plan.for_each || plan.workflow ? WEIGHT.wide : WEIGHT.lone;
    const step = steps.find((each) => each.workflow === name && each.step === index + 1);
    const below = plan.workflow && !plan.for_each ? child(plan.workflow) : null;
    all += weight;
    if (!step) continue;
    if (step.state === "done") done += weight;
    else done += weight * (below ? progressOf(below, steps, () => null) : step.progress);
  }
  return done / all;
}

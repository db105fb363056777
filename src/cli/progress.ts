/** How a run is shown while it goes on: bars on a terminal, a quiet line per stage elsewhere. To standard error. */
import cliProgress, { type SingleBar } from "cli-progress";
import type { StepSummary } from "../orchestrator/find.ts";

export type ProgressView = { show(steps: StepSummary[]): void; note(line: string): void; end(): void };

export function progressView(o: { bars: boolean; quiet: boolean }): ProgressView {
  if (o.quiet) return { show() {}, note() {}, end() {} };
  return o.bars ? barView() : lineView();
}

const say = (line: string) => void process.stderr.write(`${line}\n`);

function lineView(): ProgressView {
  const told = new Set<number>();
  return {
    show(steps) {
      for (const step of steps) {
        if (step.state !== "done" || told.has(step.step)) continue;
        told.add(step.step);
        if (step.items) say(`${step.name}: ${step.items.total} ${step.items.total === 1 ? "fragment" : "fragments"}`);
        else if (step.startedAt) say(step.name); // else a fan-out of none: nothing was to be done
      }
    },
    note: say,
    end() {},
  };
}

function barView(): ProgressView {
  const bars = new cliProgress.MultiBar(
    {
      format: " {name} {bar} {percentage}%{detail}",
      hideCursor: true,
      clearOnComplete: false,
      stream: process.stderr,
      fps: 10,
    },
    cliProgress.Presets.shades_classic,
  );
  const shown = new Map<number, SingleBar>();
  return {
    show(steps) {
      for (const step of steps) {
        if (step.state === "done" && !step.startedAt) continue; // a fan-out of none
        const detail = step.items ? ` ${step.items.done}/${step.items.total} fragments` : "";
        const payload = { name: step.name.padEnd(9), detail };
        let bar = shown.get(step.step);
        if (!bar) shown.set(step.step, (bar = bars.create(100, 0, payload)));
        bar.update(Math.floor((step.state === "done" ? 1 : step.progress) * 100), payload);
      }
    },
    note: (line) => bars.log(`${line}\n`),
    end() {
      if (bars.isActive) bars.stop(); // a second time would move the cursor back over what was written since
    },
  };
}

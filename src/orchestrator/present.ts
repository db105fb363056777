/** Runs and what belongs to them as people's programs see them: the same over HTTP and from the command line's `--json`. */
import type { DeadLetter } from "./dead-letters.ts";
import type { Run, StepSummary } from "./find.ts";
import type { Schedule } from "./schedules.ts";
import type { StoredError } from "./task.ts";

/** All but what it makes. */
export function presentRun(run: Run) {
  return {
    execution_id: run.executionId,
    workflow: run.workflow,
    workflow_id: run.workflowId,
    status: run.status,
    current_step: run.currentStep,
    created_at: run.createdAt.toISOString(),
    updated_at: run.updatedAt.toISOString(),
    started_at: run.startedAt?.toISOString() ?? null,
    ended_at: run.endedAt?.toISOString() ?? null,
    error: presentError(run.error),
    metadata: run.metadata,
    superseded_by: run.supersededBy,
    schedule_id: run.scheduleId,
    scheduled_for: run.scheduledFor?.toISOString() ?? null,
  };
}

export function presentStep(step: StepSummary) {
  return {
    workflow: step.workflow,
    step: step.step,
    name: step.name,
    state: step.state,
    attempt: step.attempt,
    /** Percent. */
    progress: Math.round(Math.min(1, Math.max(0, step.progress)) * 1000) / 10,
    items: step.items,
    error: presentError(step.error),
    started_at: step.startedAt?.toISOString() ?? null,
    ended_at: step.endedAt?.toISOString() ?? null,
  };
}

export function presentSchedule(schedule: Schedule) {
  return {
    schedule_id: schedule.scheduleId,
    name: schedule.name,
    cron: schedule.cron,
    time_zone: schedule.timeZone,
    missed: schedule.missed,
    workflow: schedule.workflow,
    event: schedule.event,
    enabled: schedule.enabled,
    next_at: schedule.nextAt?.toISOString() ?? null,
    last_at: schedule.lastAt?.toISOString() ?? null,
    error: presentError(schedule.error),
    created_at: schedule.createdAt.toISOString(),
    updated_at: schedule.updatedAt.toISOString(),
  };
}

export function presentDeadLetter(letter: DeadLetter) {
  return {
    task_id: letter.taskId,
    execution_id: letter.executionId,
    root_id: letter.rootId,
    run_status: letter.runStatus,
    workflow: letter.workflow,
    step: letter.step,
    item: letter.item,
    name: letter.name,
    task_type: letter.taskType,
    state: letter.state,
    attempt: letter.attempt,
    failures: letter.failures,
    lost: letter.lost,
    error: presentError(letter.error),
    failed_at: letter.failedAt?.toISOString() ?? null,
  };
}

/** What came before it is told of dead letters, attempt by attempt. */
function presentError(error: StoredError | null) {
  return error && { code: error.code, message: error.message, step: error.step ?? null };
}

/** The last runs, newest first, kept fresh while the page is seen; each can be opened, cancelled or tried again. */
import { type Api, Problem } from "./api.ts";
import { byId, element, setText } from "./element.ts";
import { actionOf, isActive, nameOf, type Run } from "./run.ts";
import { moment, wordingOfStatus } from "./wording.ts";

type Page = { runs: Run[]; next_cursor: string | null };
type Act = (action: "cancel" | "retry", executionId: string) => Promise<void>;

const PAGE_SIZE = 10;
const BUSY_MS = 3000;
const IDLE_MS = 20_000;

const list = byId("recent", HTMLUListElement);
const note = byId("recent-note", HTMLElement);
const more = byId("more", HTMLButtonElement);

export type RecentRuns = {
  /** Asks the server again, now. */
  refresh(): void;
  /** A run's newer state, known from elsewhere. */
  update(run: Run): void;
  /** Marks the run that is shown. */
  mark(executionId: string | null): void;
};

export function recentRuns(api: Api, act: Act): RecentRuns {
  const runs = new Map<string, Run>();
  const rows = new Map<string, ReturnType<typeof runRow>>();
  let older: string | null = null;
  let marked: string | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function draw(): void {
    const ordered = [...runs.values()].sort((a, b) => compare(b, a));
    for (const run of ordered) {
      const row = rows.get(run.execution_id) ?? runRow(run.execution_id, act);
      rows.set(run.execution_id, row);
      row.show(run, run.execution_id === marked);
    }
    const items = ordered.map(({ execution_id }) => rows.get(execution_id)!.item);
    // Only what is new is put in: moving an element would take the focus from it.
    for (const [at, item] of items.entries())
      if (list.children[at] !== item) list.insertBefore(item, list.children[at] ?? null);
  }

  function forget(): void {
    runs.clear();
    rows.clear();
    list.replaceChildren();
  }

  async function load(cursor: string | null, person = false): Promise<void> {
    const page = await api.json<Page>(
      `audio?limit=${PAGE_SIZE}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`,
      { person },
    );
    const met = page.runs.some(({ execution_id }) => runs.has(execution_id));
    if (cursor === null && !met) forget(); // so much happened meanwhile that there would be a gap
    for (const run of page.runs) runs.set(run.execution_id, run);
    if (cursor !== null || !met) older = page.next_cursor;
    more.hidden = older === null;
    note.hidden = runs.size > 0;
    setText(note, "None yet: paste a text and choose Generate.");
    draw();
  }

  async function refresh(): Promise<void> {
    clearTimeout(timer);
    if (!document.hidden) await load(null).catch(complain);
    clearTimeout(timer);
    timer = setTimeout(() => void refresh(), [...runs.values()].some(isActive) ? BUSY_MS : IDLE_MS);
  }

  more.addEventListener("click", () => {
    const before = list.lastElementChild;
    void load(older, true)
      .then(() => (before?.nextElementSibling?.querySelector("a") ?? more).focus())
      .catch(complain);
  });
  document.addEventListener("visibilitychange", () => !document.hidden && void refresh());
  return {
    refresh: () => void refresh(),
    update(run) {
      if (!runs.has(run.execution_id)) return void refresh();
      runs.set(run.execution_id, run);
      draw();
    },
    mark(executionId) {
      marked = executionId;
      draw();
    },
  };
}

function compare(a: Run, b: Run): number {
  return a.created_at.localeCompare(b.created_at) || a.execution_id.localeCompare(b.execution_id);
}

function complain(error: unknown): void {
  note.hidden = false;
  setText(note, error instanceof Problem ? error.message : `The list cannot be shown: ${String(error)}`);
}

function runRow(id: string, act: Act) {
  const sign = element("span", { className: "sign", ariaHidden: "true" });
  const link = element("a", { href: `#${id}` });
  const state = element("span", { className: "state" });
  const action = element("button", { type: "button", className: "quiet" });
  const error = element("p", { className: "field-error", role: "alert", hidden: true });
  const item = element("li", {}, sign, element("span", { className: "name" }, link, state), action, error);
  let shown: Run | null = null;
  action.addEventListener("click", () => {
    const wanted = shown && actionOf(shown);
    if (!wanted || action.ariaDisabled === "true") return;
    action.ariaDisabled = "true";
    error.hidden = true;
    void act(wanted, id)
      .catch((problem: Problem) => {
        error.hidden = false;
        setText(error, problem.message);
      })
      .finally(() => (action.ariaDisabled = null));
  });
  return {
    item,
    show(run: Run, isOpen: boolean) {
      shown = run;
      const { label, sign: drawn, tone } = wordingOfStatus(run.status);
      item.dataset["tone"] = tone;
      setText(sign, drawn);
      setText(link, nameOf(run));
      setText(state, `${label} · ${moment(run.created_at)}`);
      link.ariaCurrent = isOpen ? "true" : null;
      showAction(action, link, run);
    },
  };
}

/** A button that goes away hands its focus to the run's link. */
function showAction(action: HTMLButtonElement, link: HTMLElement, run: Run): void {
  const wanted = actionOf(run);
  if (!wanted && document.activeElement === action) link.focus();
  action.hidden = wanted === null;
  if (!wanted) return;
  const label = wanted === "cancel" ? "Cancel" : "Try again";
  setText(action, label);
  action.ariaLabel = `${label}: ${nameOf(run)}`;
}

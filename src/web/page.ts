/** The page at `/`: paste a text, follow its run, hear it, see the last ones. `#execution_id` says which run is shown. */
import { announce } from "./announce.ts";
import { apiKeys } from "./api-key.ts";
import { connectApi } from "./api.ts";
import { generateForm, offerVoices, type Voice } from "./generate-form.ts";
import { recentRuns } from "./recent-runs.ts";
import { nameOf } from "./run.ts";
import { runView } from "./run-view.ts";
import { wordingOfStatus } from "./wording.ts";

const api = connectApi(apiKeys(start));
let voicesOffered = false;

const recent = recentRuns(api, act);
const view = runView(api, act, (run) => {
  recent.update(run);
  document.title = `${wordingOfStatus(run.status).label}: ${nameOf(run)} · Lector`;
});

generateForm(api, (executionId, title) => {
  announce("Started.");
  history.pushState(null, "", `#${executionId}`);
  showRun({ title, focus: true });
});

async function act(action: "cancel" | "retry", executionId: string): Promise<void> {
  await api.json(`audio/${encodeURIComponent(executionId)}/${action}`, { method: "POST", person: true });
  announce(action === "cancel" ? "Cancelled." : "Trying again.");
  view.again(executionId);
  recent.refresh();
}

function showRun({ title, focus }: { title: string; focus: boolean }): void {
  const id = location.hash.slice(1);
  const isRun = /^[0-9a-f-]{36}$/i.test(id);
  if (id && !isRun) return; // the skip link's target
  recent.mark(isRun ? id : null);
  if (isRun) return view.show(id, { title, focus });
  view.hide();
  document.title = "Lector";
}

window.addEventListener("hashchange", () => showRun({ title: "Narration", focus: true }));

/** At the beginning, and again when another API key was given. */
function start(): void {
  recent.refresh();
  showRun({ title: "Narration", focus: false });
  if (!voicesOffered) void loadVoices();
}

async function loadVoices(): Promise<void> {
  // Without the list the defaults can still be chosen, and the list of runs says what is wrong with the server.
  const { voices } = await api.json<{ voices: Voice[] }>("v1/voices").catch(() => ({ voices: [] }));
  if (voicesOffered || voices.length === 0) return;
  voicesOffered = true;
  offerVoices(voices);
}

start();

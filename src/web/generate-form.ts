/** The form: a text, its language and voice, and the start of a run. */
import { type Api, Problem } from "./api.ts";
import { byId, element, setText } from "./element.ts";
import { titleOf } from "./run.ts";
import { languageName } from "./wording.ts";

type Started = { execution_id: string };
export type Voice = { voice_key: string; name: string; locales: string[] };

const text = byId("text", HTMLTextAreaElement);
const locale = byId("locale", HTMLSelectElement);
const voice = byId("voice", HTMLSelectElement);
const format = byId("format", HTMLSelectElement);
const submit = byId("submit", HTMLButtonElement);
const fields: Record<string, HTMLElement> = { text, locale, voice };

export function generateForm(api: Api, onStarted: (executionId: string, title: string) => void): void {
  let unanswered: { body: string; key: string } | null = null;
  let busy = false;

  async function generate(): Promise<void> {
    if (busy) return;
    clearErrors();
    if (text.value.trim() === "") return showErrors([{ field: "text", message: "Paste or write a text first." }]);
    const body = requestBody();
    // The same request under the same key starts nothing twice, also when the first answer was lost on the way.
    const key = unanswered?.body === body ? unanswered.key : randomKey();
    unanswered = { body, key };
    setBusy((busy = true));
    try {
      const headers = { "Content-Type": "application/json", "Idempotency-Key": key };
      const init = { method: "POST", headers, body, person: true };
      const { execution_id } = await api.json<Started>("audio/generate", init);
      unanswered = null;
      onStarted(execution_id, titleOf(text.value));
    } catch (error) {
      const problem = error instanceof Problem ? error : new Problem(String(error), { status: 0 });
      if (problem.status >= 400 && problem.status < 500) unanswered = null;
      showProblem(problem);
    } finally {
      setBusy((busy = false));
    }
  }

  byId("generate", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    void generate();
  });
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    void generate();
  });
  text.addEventListener("input", countSoon);
  countSoon();
}

function requestBody(): string {
  return JSON.stringify({
    text: text.value,
    voice: voice.value,
    ...(locale.value ? { locale: locale.value } : {}),
    format: format.value,
    metadata: { title: titleOf(text.value) },
  });
}

/** Not crypto.randomUUID: that is missing where the page is served over plain HTTP to another machine. */
function randomKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

let counting: ReturnType<typeof setTimeout> | undefined;

function countSoon(): void {
  clearTimeout(counting);
  counting = setTimeout(() => {
    let characters = 0;
    for (const _ of text.value) characters++;
    const amount = `${characters.toLocaleString("en")} ${characters === 1 ? "character" : "characters"}.`;
    setText(byId("text-count", HTMLElement), `${characters ? `${amount} ` : ""}Ctrl+Enter generates too.`);
  }, 150);
}

/** The button keeps the focus, which `disabled` would take away. */
function setBusy(busy: boolean): void {
  submit.setAttribute("aria-disabled", String(busy));
  setText(submit, busy ? "Starting…" : "Generate");
}

function showProblem(problem: Problem): void {
  const known = problem.fields.filter(({ field }) => field in fields);
  if (known.length > 0) return showErrors(known);
  const alert = byId("form-error", HTMLElement);
  alert.hidden = false;
  alert.textContent = problem.message;
}

/** Beside each field, and the focus to the first of them. */
function showErrors(errors: { field: string; message: string }[]): void {
  for (const { field, message } of errors) {
    const place = byId(`${field}-error`, HTMLElement);
    place.hidden = false;
    place.textContent = message;
    fields[field]!.setAttribute("aria-invalid", "true");
  }
  fields[errors[0]!.field]!.focus();
}

function clearErrors(): void {
  byId("form-error", HTMLElement).hidden = true;
  for (const [name, field] of Object.entries(fields)) {
    byId(`${name}-error`, HTMLElement).hidden = true;
    field.removeAttribute("aria-invalid");
  }
}

/** The languages of the voices, and the voices of the chosen language. */
export function offerVoices(voices: Voice[]): void {
  const tags = [...new Set(voices.flatMap(({ locales }) => locales))];
  const languages = tags.map((tag) => ({ tag, name: languageName(tag) }));
  languages.sort((a, b) => a.name.localeCompare(b.name));
  locale.append(...languages.map(({ tag, name }) => element("option", { value: tag, textContent: name })));

  const all = voices.map((each) => ({
    ...each,
    option: element("option", { value: each.voice_key, textContent: each.name }),
  }));
  const offer = () => {
    const language = locale.value.split("-")[0];
    const speaks = ({ locales }: Voice) =>
      locales.length === 0 || locales.some((tag) => tag.split("-")[0] === language);
    const chosen = voice.value;
    for (const { option } of all) option.remove();
    voice.append(...all.filter((each) => !language || speaks(each)).map(({ option }) => option));
    voice.value = chosen;
    if (voice.selectedIndex < 0) voice.selectedIndex = 0;
  };
  locale.addEventListener("change", offer);
  offer();
}

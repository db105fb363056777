/** The API key: asked for in a dialog when the server answers 401, kept in sessionStorage until the tab is closed. */
import type { Keys } from "./api.ts";
import { byId } from "./element.ts";

const STORED = "lector.api-key";

/** `onChange` runs when the person gave another key, or none. */
export function apiKeys(onChange: () => void): Keys {
  const dialog = byId("key-dialog", HTMLDialogElement);
  const field = byId("key", HTMLInputElement);
  const button = byId("key-button", HTMLButtonElement);
  let key = recall();
  let declined = false;
  let open: Promise<string | null> | undefined;
  button.hidden = key === null;

  function ask({ refused, person }: { refused: boolean; person: boolean }): Promise<string | null> {
    if (declined && !person) return Promise.resolve(null);
    button.hidden = false;
    open ??= answer(dialog, field, refused ? "The server refuses this key. Try another one." : "")
      .then((given) => {
        declined = given === null;
        if (given !== null) keep((key = given));
        return given;
      })
      .finally(() => (open = undefined));
    return open;
  }

  button.addEventListener("click", () => {
    void ask({ refused: false, person: true }).then((given) => given !== null && onChange());
  });
  return { current: () => key, ask };
}

/** Resolves with the key when the dialog is closed: null by Cancel or Escape. */
function answer(dialog: HTMLDialogElement, field: HTMLInputElement, error: string): Promise<string | null> {
  const said = byId("key-error", HTMLElement);
  const form = byId("key-form", HTMLFormElement);
  said.textContent = error;
  field.value = "";
  field.setAttribute("aria-invalid", String(error !== ""));
  dialog.returnValue = "";
  dialog.showModal();
  field.focus();
  return new Promise((resolve) => {
    const submitted = (event: SubmitEvent) => {
      event.preventDefault();
      const problem = wrongWith(field.value.trim());
      said.textContent = problem;
      field.setAttribute("aria-invalid", String(problem !== ""));
      if (!problem) dialog.close("given");
    };
    const cancel = () => dialog.close("");
    form.addEventListener("submit", submitted);
    byId("key-cancel", HTMLElement).addEventListener("click", cancel, { once: true });
    dialog.addEventListener(
      "close",
      () => {
        form.removeEventListener("submit", submitted);
        byId("key-cancel", HTMLElement).removeEventListener("click", cancel);
        resolve(dialog.returnValue === "given" ? field.value.trim() : null);
        field.value = "";
      },
      { once: true },
    );
  });
}

function wrongWith(key: string): string {
  if (key === "") return "Write the key, or choose Cancel.";
  // fetch throws on a header with other characters
  return /^[\x20-\x7e]+$/.test(key) ? "" : "Expected letters, digits and signs of ASCII only.";
}

function recall(): string | null {
  try {
    return sessionStorage.getItem(STORED);
  } catch {
    return null; // storage is blocked: the key lives as long as the page
  }
}

function keep(key: string): void {
  try {
    sessionStorage.setItem(STORED, key);
  } catch {
    // storage is blocked: the key lives as long as the page
  }
}

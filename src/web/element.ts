/** Elements, found or made. Text is always set as text, so that nothing a person or server sent becomes markup. */

type Properties<T> = Partial<Omit<T, "dataset">> & { dataset?: Record<string, string>; aria?: Record<string, string> };

/** An element with its properties, `data-` and `aria-` attributes and children. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  { dataset = {}, aria = {}, ...properties }: Properties<HTMLElementTagNameMap[Tag]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = Object.assign(document.createElement(tag), properties);
  Object.assign(made.dataset, dataset);
  for (const [name, value] of Object.entries(aria)) made.setAttribute(`aria-${name}`, value);
  made.append(...children);
  return made;
}

/** An element of index.html. */
export function byId<T extends HTMLElement>(id: string, kind: new () => T): T {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new Error(`index.html has no ${kind.name} with the id "${id}".`);
}

/** Sets the text only where it differs: writing the same again would make screen readers speak it twice. */
export function setText(target: HTMLElement, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}

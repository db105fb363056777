/** Says a thing to screen readers, politely, in the page's one live region. */
import { byId } from "./element.ts";

export function announce(text: string): void {
  const region = byId("announcements", HTMLElement);
  // The same sentence twice is no change to a live region, unless it was empty in between.
  region.textContent = "";
  setTimeout(() => (region.textContent = text), 50);
}

/** What a person who sees badly or uses no mouse needs of a page, checked by its DOM: WCAG 2.2 AA, as far as a program can. */
import type { Page } from "playwright-core";

/** A sentence for each fault. */
export async function audit(page: Page): Promise<string[]> {
  return [...(await nameless(page)), ...(await page.evaluate(structure)), ...(await page.evaluate(contrast))];
}

/** Controls that a screen reader could not name, by the browser's own accessibility tree. */
async function nameless(page: Page): Promise<string[]> {
  const tree = await page.locator("body").ariaSnapshot();
  const controls = /^\s*- (button|link|textbox|combobox|progressbar|searchbox|checkbox)(?! ")/;
  return tree
    .split("\n")
    .filter((line) => controls.test(line))
    .map((line) => `A control has no name: ${line.trim()}`);
}

// What follows runs in the browser; the DOM's types are not those of this program.
declare const document: any, getComputedStyle: any, innerWidth: number;

function structure(): string[] {
  const faults: string[] = [];
  const all = [...document.querySelectorAll("*")];
  const visible = (each: any) => each.checkVisibility({ visibilityProperty: true });
  const ids = all.map((each) => each.id).filter(Boolean);
  for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) faults.push(`The id "${id}" is there twice.`);
  for (const each of all) {
    for (const name of ["aria-labelledby", "aria-describedby", "aria-controls", "for"]) {
      const missing = (each.getAttribute(name)?.split(" ") ?? []).filter((id: string) => !ids.includes(id));
      if (missing.length > 0) faults.push(`${name} names "${missing}", which is not there.`);
    }
    if (each.tabIndex > 0) faults.push(`A positive tabindex on ${each.tagName}.`);
  }
  const levels = [...document.querySelectorAll("h1,h2,h3,h4")].filter(visible).map((each) => Number(each.tagName[1]));
  if (levels.filter((level) => level === 1).length !== 1) faults.push("There is not one h1.");
  for (const [at, level] of levels.entries())
    if (at > 0 && level > levels[at - 1]! + 1) faults.push(`h${level} skips a level.`);
  if (document.querySelectorAll("main").length !== 1) faults.push("There is not one main.");
  if (!document.documentElement.lang) faults.push("The page has no language.");
  for (const each of document.querySelectorAll("button,select,textarea,input")) {
    const { width, height } = each.getBoundingClientRect();
    if (visible(each) && (width < 24 || height < 24))
      faults.push(`${each.id || each.textContent} is only ${width} × ${height}.`);
  }
  const over = document.documentElement.scrollWidth - innerWidth;
  if (over > 0) faults.push(`The page is ${over} px wider than the window.`);
  return faults;
}

/** Text against its ground by WCAG's formula: 4.5 at least, for none of it is large. */
function contrast(): string[] {
  const channels = (color: string) => (color.match(/[\d.]+/g) ?? []).map(Number);
  const light = ([r, g, b]: number[]) => {
    const [red, green, blue] = [r!, g!, b!].map((value) =>
      value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
  };
  const ground = (each: any): number[] => {
    for (let at = each; at; at = at.parentElement) {
      const color = channels(getComputedStyle(at).backgroundColor);
      if (color[3] !== 0) return color;
    }
    return [255, 255, 255];
  };
  const faults: string[] = [];
  for (const each of document.querySelectorAll("body *")) {
    const own = [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!own || each.closest("[aria-hidden=true], noscript") || !each.checkVisibility()) continue;
    const [ink, behind] = [light(channels(getComputedStyle(each).color)), light(ground(each))];
    const ratio = (Math.max(ink, behind) + 0.05) / (Math.min(ink, behind) + 0.05);
    if (ratio < 4.5) faults.push(`"${each.textContent.trim().slice(0, 40)}" has a contrast of ${ratio.toFixed(2)}.`);
  }
  return faults;
}

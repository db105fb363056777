import { dayOf } from "./front-matter.ts";
import type { Document, Element } from "./html-dom.ts";
import { textOf } from "./html-weight.ts";
import { cleaned } from "./page.ts";

/* When a page was published and by whom, as it says for machines: JSON-LD (schema.org), `meta`, microdata, `time`. */

/** `date`: `2026-05-09`, or less of it. `author`: names, parted by ", ". */
export type Published = { date: string | null; author: string | null };

export function publishedIn(document: Document): Published {
  const facts = linkedFacts(document);
  const dates = [facts.map(({ date }) => date), metas(document, dateNames), microdata(document, "datePublished")];
  const authors = [facts.flatMap(({ author }) => author), metas(document, authorNames), signatures(document)];
  const date = [...dates.flat(), ...times(document)].map(day).find((found) => found !== null) ?? null;
  return { date, author: namesOf(authors.find((names) => namesOf(names) !== null) ?? []) };
}

const dateNames = `article:published_time og:article:published_time datepublished parsely-pub-date sailthru.date citation_publication_date
  citation_date dc.date.issued dcterms.issued dc.date dcterms.created dcterms.date pubdate publishdate publish-date date`;
const authorNames = `author parsely-author sailthru.author citation_author dc.creator dcterms.creator article:author`;

/** What the first of the names that a page has says, each time that it has it. */
function metas(document: Document, names: string): string[] {
  const said = new Map<string, string[]>();
  for (const meta of document.querySelectorAll("meta[content]")) {
    const name = (meta.getAttribute("name") ?? meta.getAttribute("property") ?? "").toLowerCase();
    const values = said.get(name) ?? [];
    if (values.push(meta.getAttribute("content")!) === 1) said.set(name, values);
  }
  return (
    names
      .split(/\s+/)
      .map((name) => said.get(name))
      .find((values) => values !== undefined) ?? []
  );
}

function microdata(document: Document, property: string): string[] {
  return [...document.querySelectorAll(`[itemprop~=${property}]`)].map(
    (element) => element.getAttribute("content") ?? element.getAttribute("datetime") ?? textOf(element),
  );
}

/** The names under a text are its author's; a comment's or a teaser's are not. */
function signatures(document: Document): string[] {
  const signed = document.querySelectorAll("[itemprop~=author],[rel~=author]");
  for (const element of signed) {
    if (isApart(element)) continue;
    const name = element.querySelector("[itemprop~=name]");
    return [name?.getAttribute("content") ?? textOf(name ?? element)];
  }
  return [];
}

// Further ones are a timetable's.
const mostTimes = 20;

/** The first that stands in no sentence and in nothing else's byline. */
function times(document: Document): string[] {
  for (const time of [...document.querySelectorAll("time[datetime]")].slice(0, mostTimes)) {
    const names = `${time.getAttribute("class") ?? ""} ${time.getAttribute("itemprop") ?? ""}`;
    const beside = textOf(time.parentElement ?? time).length - textOf(time).length;
    if (/modified|updated/i.test(names) || beside > 120 || isApart(time)) continue;
    return [time.getAttribute("datetime")!];
  }
  return [];
}

const apart =
  /(?:^|[\s_-])(?:comments?|komentar|related|terkait|sidebar|widget|recent|latest|teasers?|cards?)(?:$|[\s_-])/i;

function isApart(element: Element): boolean {
  for (let node = element.parentElement; node !== null; node = node.parentElement) {
    if (/^(?:NAV|ASIDE|LI|TABLE|BLOCKQUOTE|DL)$/.test(node.nodeName)) return true;
    if (node.nodeName === "FOOTER" && node.parentElement?.nodeName !== "ARTICLE") return true;
    if (node.nodeName !== "BODY" && apart.test(`${node.getAttribute("class") ?? ""} ${node.getAttribute("id") ?? ""}`))
      return true;
  }
  return false;
}

type Facts = { date: string; author: string[]; isText: boolean };

// Longer ones are catalogues of a shop.
const longestFacts = 200_000;

/** Of JSON-LD, those of a text before those of its page. */
function linkedFacts(document: Document): Facts[] {
  const facts: Facts[] = [];
  for (const script of document.querySelectorAll('script[type="application/ld+json" i]')) {
    const json = script.textContent ?? "";
    if (json.length <= longestFacts) facts.push(...thingsIn(parsed(json)).map(factsOf));
  }
  return facts.filter(({ date, author }) => date !== "" || author.length > 0).toSorted((a, b) => +b.isText - +a.isText);
}

type Thing = Record<string, unknown>;

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);
const isThing = (value: unknown): value is Thing =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null; // written by hand, or cut: what else the page says of itself counts
  }
}

function thingsIn(value: unknown): Thing[] {
  const things = list(value).filter(isThing);
  return things.flatMap((thing) => [thing, ...list(thing["@graph"]).filter(isThing)]);
}

function factsOf(thing: Thing): Facts {
  const types = list(thing["@type"]).join(" ");
  const names = list(thing["author"]).map((author) => (isThing(author) ? author["name"] : author));
  return {
    date: typeof thing["datePublished"] === "string" ? thing["datePublished"] : "",
    author: names.filter((name) => typeof name === "string"),
    isText: /Article|Posting|Report|Recipe|Review|HowTo|Chapter|Book|CreativeWork/.test(types),
  };
}

/** "2021/05/04" and "20210504" are days, too. */
function day(said: string): string | null {
  return dayOf(said.trim().replace(/^(\d{4})([/.]?)(\d\d)\2(\d\d)(?!\d)/, "$1-$3-$4"));
}

const mostCharacters = 200;

function namesOf(said: string[]): string | null {
  const names = said.map((name) =>
    cleaned(name)
      .replace(/\s+/g, " ")
      .replace(/^\s*(?:by|oleh)\s*:?\s+/i, "")
      .trim(),
  );
  const real = names.filter((name) => /\p{L}/u.test(name) && !/^https?:|@/i.test(name));
  const all = [...new Set(real)].join(", ");
  return all === "" || all.length > mostCharacters ? null : all;
}

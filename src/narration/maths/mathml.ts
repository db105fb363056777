import { decodeEntity, entity } from "../entities.ts";
import { attributeOf, closingTag, openingTag } from "../html-tags.ts";

/** An element of presentation MathML. Only the attributes that change what is said are kept. */
export type MathNode = { name: string; attributes: Record<string, string>; children: (MathNode | string)[] };

/** A tree that is being read; `open` holds the elements that have not ended. */
export type MathBuilder = {
  root: MathNode;
  open: MathNode[];
  size: number;
  /** Too deep or too large: nothing more is read into it. */
  broken: boolean;
};

type Attribute = (name: string) => string | null;

// A formula that a person can follow has a few dozen of either. Past them somebody tries what happens.
const deepest = 120;
const largest = 20_000;

const kept = [
  "mathvariant",
  "linethickness",
  "open",
  "close",
  "separators",
  "notation",
  "encoding",
  "width",
  "fence",
  "style",
  "class",
];
const withoutChildren = new Set(["mspace", "mprescripts", "none", "maligngroup", "malignmark"]);
const entities = new RegExp(entity.source, "g");

export function newMath(): MathBuilder {
  const root = { name: "math", attributes: {}, children: [] };
  return { root, open: [root], size: 0, broken: false };
}

export function openMath(builder: MathBuilder, name: string, attribute: Attribute): void {
  if (builder.open.length >= deepest || ++builder.size > largest) builder.broken = true;
  if (builder.broken) return;
  const node: MathNode = { name: name.replace(/^\w+:/, ""), attributes: {}, children: [] };
  for (const key of kept) {
    const value = attribute(key);
    if (value !== null) node.attributes[key] = decoded(value);
  }
  builder.open.at(-1)!.children.push(node);
  if (!withoutChildren.has(node.name)) builder.open.push(node);
}

export function closeMath(builder: MathBuilder, name: string): void {
  const closed = builder.open.findLastIndex((node) => node.name === name.replace(/^\w+:/, ""));
  if (closed > 0) builder.open.length = closed;
}

/** `text`: entities decoded. */
export function mathText(builder: MathBuilder, text: string): void {
  if (!builder.broken && text !== "") builder.open.at(-1)!.children.push(text);
}

/** Reads markup as temml writes it. null where it is too deep or too large. */
export function mathFrom(markup: string): MathNode | null {
  const builder = newMath();
  for (let at = 0; at < markup.length && !builder.broken;) {
    const mark = markup.indexOf("<", at);
    mathText(builder, decoded(markup.slice(at, mark === -1 ? markup.length : mark)));
    if (mark === -1) break;
    at = readTag(builder, markup, mark);
  }
  return builder.broken ? null : builder.root;
}

/** The TeX that a page keeps beside its MathML. */
export function annotatedTex(node: MathNode): string | null {
  for (const child of node.children) {
    if (typeof child === "string") continue;
    const isTex = child.name === "annotation" && /\btex\b/i.test(child.attributes["encoding"] ?? "");
    const found = isTex ? textOf(child).trim() : annotatedTex(child);
    if (found !== null && found !== "") return found;
  }
  return null;
}

export function textOf(node: MathNode): string {
  return node.children.map((child) => (typeof child === "string" ? child : textOf(child))).join("");
}

function readTag(builder: MathBuilder, markup: string, at: number): number {
  const close = closingTag(markup, at);
  if (close !== null) {
    closeMath(builder, close.name);
    return close.end;
  }
  const open = openingTag(markup, at);
  if (open === null) {
    mathText(builder, "<");
    return at + 1;
  }
  openMath(builder, open.name, (name) => attributeOf(open.attributes, name));
  if (markup.startsWith("/>", open.end - 2)) closeMath(builder, open.name);
  return open.end;
}

export function decoded(text: string): string {
  return text.includes("&") ? text.replace(entities, (found) => decodeEntity(found) ?? found) : text;
}

/**
 * Reads what a source file imports, and judges it by a table of who may import whom.
 *
 * An import is everything that ties a file to another: `import`, `export … from`, `import()`, `import("…")` in a type,
 * `require()`, `import.meta.resolve()`, and `new URL("./child.ts", import.meta.url)`, by which a child process is named.
 */
import { isBuiltin } from "node:module";
import { posix } from "node:path";
import { parseAst } from "vitest/node";

/**
 * What one folder may import beside itself: folders (`database`), single files (`storage/storage.ts`), `type ` before
 * either for its types only, `*` for all; and npm packages, where `@scope/*` stands for a scope and `*` for all.
 */
export type Row = { folders: string[]; packages: string[] };
export type Table = Record<string, Row>;

export type Import = { specifier: string; typeOnly: boolean };
type Node = { type: string; [key: string]: any };

/** Every import of a TypeScript source. One whose name is computed has the specifier "" (nobody can check it). */
export function importsOf(source: string): Import[] {
  const found: Import[] = [];
  visit(parse(source), (node) => {
    const target = importedBy(node);
    if (target) found.push({ specifier: literal(target), typeOnly: isTypeOnly(node) });
  });
  return found;
}

/** Whether a source reads or writes the environment, under whatever name it takes `process`. */
export function touchesEnvironment(source: string): boolean {
  let found = false;
  visit(parse(source), (node) => {
    if (node.type === "MemberExpression" && isProcess(node.object)) found ||= nameOf(node.property) === "env";
    if (node.type === "VariableDeclarator" && isProcess(node.init)) found ||= node.id.type === "ObjectPattern";
    if (node.type === "ImportDeclaration") found ||= /^(node:)?process$/.test(node.source.value);
  });
  return found;
}

/** Whether a file does nothing but pass on what others export. */
export function isBarrel(source: string): boolean {
  const body: Node[] = parse(source).body;
  return body.length > 0 && body.every((statement) => statement.type.startsWith("Export") && statement.source);
}

/** What is wrong with the imports of one file, a sentence each. `file` is its path inside `src`, with `/`. */
export function violations(file: string, source: string, table: Table): string[] {
  const folder = folderOf(file);
  const row = table[folder];
  if (!row) return [`src/${file}: the folder "${folder}" has no row in the table of test/imports.test.ts`];
  return importsOf(source).flatMap((found) => {
    const reason = judge(file, found, folder, row);
    return reason ? [`src/${file} imports "${found.specifier}": ${reason}`] : [];
  });
}

function judge(file: string, { specifier, typeOnly }: Import, folder: string, row: Row): string | null {
  if (specifier === "") return "the name is computed and cannot be checked; write it out";
  if (specifier.startsWith(".")) return judgeFile(posix.join(posix.dirname(file), specifier), typeOnly, folder, row);
  if (specifier.startsWith("node:")) return null;
  if (isBuiltin(specifier)) return `write "node:${specifier}"`;
  const name = packageOf(specifier);
  const allowed = row.packages.some((entry) => entry === "*" || entry === name || inScope(name, entry));
  return allowed ? null : `${folder} may use the packages ${list(row.packages)}`;
}

function judgeFile(target: string, typeOnly: boolean, folder: string, row: Row): string | null {
  if (target.startsWith("../")) return "it lies outside src";
  if (target === "main.ts") return "nobody imports main.ts";
  if (folderOf(target) === folder) return null;
  const names = [target, folderOf(target), "*"];
  if (row.folders.some((entry) => names.includes(entry))) return null;
  const types = row.folders.some((entry) => entry.startsWith("type ") && names.includes(entry.slice(5)));
  if (types && typeOnly) return null;
  if (types) return `${folder} may import its types only: write "import type"`;
  return `${folder} may import ${list(row.folders)}`;
}

/** `narration/script.ts` → `narration`, `providers/speech/espeak.ts` → `providers/speech`, `config.ts` → `config`. */
function folderOf(file: string): string {
  const parts = file.replace(/\.[jt]s$/, "").split("/");
  return parts.slice(0, parts[0] === "providers" ? 2 : 1).join("/");
}

function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

const inScope = (name: string, entry: string) => entry.endsWith("/*") && name.startsWith(entry.slice(0, -1));
const list = (names: string[]) => (names.length > 0 ? names.join(", ") : "nothing");

function parse(source: string): Node {
  return parseAst(source, { lang: "ts" }) as unknown as Node;
}

/** The expression that names what a node imports; null for a node that imports nothing. */
function importedBy(node: Node): Node | null {
  if (/^(Import|ExportNamed|ExportAll)Declaration$/.test(node.type)) return node.source;
  if (node.type === "ImportExpression" || node.type === "TSImportType") return node.source;
  if (node.type === "TSExternalModuleReference") return node.expression;
  if (node.type === "CallExpression" && isLoader(node.callee)) return node.arguments[0];
  if (node.type === "NewExpression" && nameOf(node.callee) === "URL" && isImportMeta(node.arguments[1]?.object))
    return isCode(literal(node.arguments[0])) ? node.arguments[0] : null;
  return null;
}

/** `require(…)`, `require.resolve(…)`, `import.meta.resolve(…)`. */
function isLoader(callee: Node): boolean {
  if (callee.type !== "MemberExpression") return nameOf(callee) === "require";
  const owner = callee.object;
  return nameOf(callee.property) === "resolve" && (nameOf(owner) === "require" || isImportMeta(owner));
}

function isTypeOnly(node: Node): boolean {
  if (node.type === "TSImportType" || node.importKind === "type" || node.exportKind === "type") return true;
  const names: Node[] = node.specifiers ?? [];
  return names.length > 0 && names.every((name) => name.importKind === "type" || name.exportKind === "type");
}

const isCode = (specifier: string) => /^\..*\.[cm]?[jt]s$/.test(specifier);
const isImportMeta = (node?: Node) => node?.type === "MetaProperty" && nameOf(node.meta) === "import";
const isProcess = (node?: Node | null): boolean =>
  nameOf(node) === "process" || (node?.type === "MemberExpression" && nameOf(node.property) === "process");

function nameOf(node?: Node | null): string | null {
  if (node?.type === "Identifier") return node.name;
  return node?.type === "Literal" ? String(node.value) : null;
}

/** The text of a string; of a template, what stands before its first gap, which names the package at least. */
function literal(node?: Node): string {
  if (node?.type === "Literal") return String(node.value);
  return node?.type === "TemplateLiteral" ? node.quasis[0].value.cooked : "";
}

function visit(node: unknown, look: (node: Node) => void): void {
  if (Array.isArray(node)) node.forEach((each) => visit(each, look));
  else if (typeof node === "object" && node !== null && !(node instanceof RegExp)) {
    if ("type" in node) look(node as Node);
    Object.values(node).forEach((value) => visit(value, look));
  }
}

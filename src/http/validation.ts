/** What a schema found wrong: field, value and what would be right. */
import type { Fault } from "./problem.ts";

/** As fastify-type-provider-zod gives a zod issue. */
export type Issue = {
  keyword: string;
  instancePath: string;
  message: string;
  params: { keys?: string[] };
};

const MOST = 20;
const SHOWN_CHARACTERS = 100;

/** `part` names what else than the body was checked: querystring, params, headers. */
export function faultsOf(issues: Issue[], given: unknown, part: string): Fault[] {
  return issues.slice(0, MOST).flatMap((issue) => faults(issue, given, part));
}

function faults({ instancePath, keyword, message, params }: Issue, given: unknown, part: string): Fault[] {
  const path = instancePath.split("/").filter((step) => step !== "");
  if (keyword === "unrecognized_keys") {
    return (params.keys ?? []).slice(0, MOST).map((key) => ({
      field: nameOf([...path, shorten(key)], part),
      expected: "expected no such field",
    }));
  }
  const value = path.reduce<unknown>((inside, step) => (inside as Record<string, unknown> | undefined)?.[step], given);
  const expected = message.replace(/^Invalid (input|option|string): /, "").replace(/, received .*$/, "");
  const field = nameOf(path, part);
  return [
    value === undefined ? { field, expected: `${expected}; it is missing` } : { field, value: brief(value), expected },
  ];
}

function nameOf(path: string[], part: string): string {
  return path.join(".") || part || "body";
}

/** A value as a problem shows it. */
export function brief(value: unknown): unknown {
  if (typeof value === "string") return shorten(value);
  if (typeof value !== "object" || value === null) return value;
  return Array.isArray(value) ? "an array" : "an object";
}

function shorten(text: string): string {
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS).toWellFormed()}…` : text;
}

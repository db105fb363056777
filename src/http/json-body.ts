/** Reads a body of JSON, and refuses what JSON can say but a database cannot keep. */
import type { FastifyInstance } from "fastify";
import { Refusal } from "./problem.ts";

/** Deeper nesting is nobody's data, and exhausts the stack of whoever walks it by recursion. */
const MAX_DEPTH = 64;

/** `application/json` (and `+json`) is the only body that is read; an empty one is none. */
export function readJsonBodies(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(/^application\/(?:[\w.-]+\+)?json\b/i, { parseAs: "buffer" }, (request, body, done) => {
    try {
      checkEncoding(request.headers["content-encoding"]);
      done(null, parse(body as Buffer));
    } catch (error) {
      done(error as Error, undefined);
    }
  });
}

function checkEncoding(encoding = "identity"): void {
  if (encoding.trim().toLowerCase() === "identity") return;
  const detail = `The body's Content-Encoding is ${JSON.stringify(encoding.slice(0, 100))}. Send it as it is.`;
  throw new Refusal(415, "unsupported_encoding", detail, { headers: { "accept-encoding": "identity" } });
}

function parse(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  const text = decode(bytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Refusal(400, "invalid_json", `The body is not JSON: ${(cause as Error).message}.`, { cause });
  }
  checkKeepable(value);
  return value;
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes); // cuts off a byte order mark, too
  } catch (cause) {
    throw new Refusal(400, "invalid_json", "The body is not UTF-8. Encode it as UTF-8 and send it again.", { cause });
  }
}

/** Without recursion: the depth is what is being checked. */
function checkKeepable(whole: unknown): void {
  const left: { value: unknown; path: string; depth: number }[] = [{ value: whole, path: "", depth: 0 }];
  for (let at = left.pop(); at; at = left.pop()) {
    const { value, path, depth } = at;
    if (typeof value === "string") checkString(value, path);
    if (typeof value === "number" && !Number.isFinite(value)) {
      throw unkeepable(path, "a number beyond 1.8e308", "expected a number that a double can hold");
    }
    if (typeof value !== "object" || value === null) continue;
    if (depth >= MAX_DEPTH) {
      throw unkeepable(path, `more than ${MAX_DEPTH} levels`, `expected at most ${MAX_DEPTH} levels of nesting`);
    }
    for (const [key, inside] of Object.entries(value)) {
      checkString(key, path);
      if (key === "__proto__") throw unkeepable(path, "the key __proto__", "expected another key");
      left.push({ value: inside, path: path ? `${path}.${key.slice(0, 100)}` : key.slice(0, 100), depth: depth + 1 });
    }
  }
}

function checkString(text: string, path: string): void {
  if (text.includes("\0")) throw unkeepable(path, "a NUL character (\\u0000)", "expected text without NUL characters");
  if (!text.isWellFormed()) {
    throw unkeepable(path, "half of a surrogate pair", "expected whole Unicode characters");
  }
}

function unkeepable(path: string, holds: string, expected: string): Refusal {
  const field = path.slice(0, 300).toWellFormed() || "body";
  const detail = `${field} holds ${holds}, which cannot be stored. Remove it.`;
  return new Refusal(422, "unusable_input", detail, { errors: [{ field, expected }] });
}

/**
 * Values that travel between steps. Up to 64 KiB of JSON stand in the row; a larger value is stored under the hash of
 * its bytes and the row keeps `{ "$ref": key, "bytes", "sha256" }`. Only this program writes such a reference: what comes
 * from outside (a run's input, a task's output) may hold none. Any other object with a `$ref` is data as any other.
 */
export type Ref = { $ref: string; bytes: number; sha256: string };

/** Where large values live: any store that gives back the bytes it took. */
export type ValueStore = {
  /** The key ends with the hash. */
  put(bytes: Uint8Array): Promise<{ key: string; sha256: string }>;
  get(key: string): Promise<Uint8Array>;
};

/**
 * A store that parses each value once, for as long as it is held: the items of a fan-out share what they are given, and
 * reading it again for each of thousands would take the square of a text's length. Values must not be changed.
 */
export function readingOnce(store: ValueStore): ValueStore {
  const values = new Map<string, Promise<unknown>>();
  const value = (key: string) => {
    const known = values.get(key) ?? parsed(store, key);
    values.set(key, known);
    return known;
  };
  return { put: store.put, get: store.get, value } as ReadingStore;
}

type ReadingStore = ValueStore & { value?(key: string): Promise<unknown> };

async function parsed(store: ValueStore, key: string): Promise<unknown> {
  return JSON.parse(Buffer.from(await store.get(key)).toString());
}

/** Bytes of JSON that a row holds at most. */
export const ROW_LIMIT = 64 * 1024;

function isRef(value: unknown): value is Ref {
  if (typeof value !== "object" || value === null || !("$ref" in value)) return false;
  const { $ref, bytes, sha256 } = value as Ref;
  if (typeof $ref !== "string" || !Number.isSafeInteger(bytes) || Object.keys(value).length !== 3) return false;
  return typeof sha256 === "string" && /^[0-9a-f]{64}$/.test(sha256) && $ref.endsWith(sha256);
}

/**
 * The JSON text that goes into the row: the value itself, or its reference once the bytes are stored. Throws
 * `UnstorableValue`, which names the field where a value from `outside` holds a reference of its own.
 */
export async function toRow(store: ValueStore, value: unknown, { outside = false } = {}): Promise<string> {
  const text = JSON.stringify(value ?? {});
  if (outside && text.includes('"$ref":')) refuseReferences(JSON.parse(text));
  if (text.includes("\\u0000") && /(?<!\\)(\\\\)*\\u0000/.test(text)) {
    throw new UnstorableValue("The value holds a NUL character (\\u0000), which Postgres cannot keep. Remove it.");
  }
  // JSON.stringify escapes surrogates only where they stand alone
  if (text.includes("\\ud") && /(?<!\\)(\\\\)*\\ud[89a-f]/.test(text)) {
    throw new UnstorableValue("The value holds half of a character (a lone surrogate), which Postgres cannot keep.");
  }
  // a UTF-16 unit is at most 3 bytes of UTF-8, so short texts need no count
  if (text.length * 3 <= ROW_LIMIT || Buffer.byteLength(text) <= ROW_LIMIT) return text;
  const bytes = Buffer.from(text);
  const { key, sha256 } = await store.put(bytes);
  return JSON.stringify({ $ref: key, bytes: bytes.byteLength, sha256 } satisfies Ref);
}

/** The value behind a reference; any other value as it is. */
export async function resolve(store: ReadingStore, value: unknown): Promise<unknown> {
  if (!isRef(value)) return value;
  return store.value ? store.value(value.$ref) : parsed(store, value.$ref);
}

/** Resolves a step's input: the whole of it and each of its fields. */
export async function resolveInput(store: ValueStore, input: unknown): Promise<unknown> {
  const whole = await resolve(store, input);
  if (typeof whole !== "object" || whole === null || Array.isArray(whole)) return whole;
  const fields = Object.entries(whole).map(async ([field, value]) => [field, await resolve(store, value)]);
  return Object.fromEntries(await Promise.all(fields));
}

export class UnstorableValue extends Error {
  override name = "UnstorableValue";
  /** Which field of the value it is about, as `a.0.b`; null: the value as a whole. */
  readonly field: string | null;
  constructor(message: string, field: string | null = null) {
    super(message);
    this.field = field;
  }
}

/** Without recursion: how deep it is nested is not ours to say. */
function refuseReferences(whole: unknown): void {
  const left = [{ value: whole, path: "" }];
  for (let at = left.pop(); at; at = left.pop()) {
    const { value, path } = at;
    if (isRef(value)) {
      const field = path || "input";
      throw new UnstorableValue(`${field} looks like a reference to a stored value, which only Lector makes.`, field);
    }
    if (typeof value !== "object" || value === null) continue;
    for (const [key, inside] of Object.entries(value)) {
      left.push({ value: inside, path: path ? `${path}.${key}` : key });
    }
  }
}

export class UnresolvedPointer extends Error {
  override name = "UnresolvedPointer";
}

/** Follows a JSON Pointer (RFC 6901) into a view, through references where it must; a reference at its end stays one. */
export async function follow(store: ValueStore, view: unknown, pointer: string): Promise<unknown> {
  let value = view;
  for (const part of pointer.split("/").slice(1)) {
    const field = part.replaceAll("~1", "/").replaceAll("~0", "~");
    const whole = await resolve(store, value);
    if (typeof whole !== "object" || whole === null || !Object.hasOwn(whole, field)) {
      throw new UnresolvedPointer(`The pointer ${pointer} leads nowhere: there is no "${field}".`);
    }
    value = (whole as Record<string, unknown>)[field];
  }
  return value;
}

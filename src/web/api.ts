/** Requests to the server this page came from, with the API key where it asks for one. */

/** What a server said of an error (RFC 9457), or why none was reached (`status` 0). */
export class Problem extends Error {
  override name = "Problem";
  readonly status: number;
  /** What is wrong with each field of the request. */
  readonly fields: { field: string; message: string }[];
  constructor(message: string, o: { status: number; fields?: Problem["fields"]; cause?: unknown }) {
    super(message, { cause: o.cause });
    this.status = o.status;
    this.fields = o.fields ?? [];
  }
}

export type Asked = RequestInit & {
  /** A person waits for this: ask for the key even if they declined before. */ person?: boolean;
};

export type Api = {
  /** The answer's JSON. Throws `Problem`. */
  json<T>(path: string, asked?: Asked): Promise<T>;
  /** An answer with a good status, its body unread. Throws `Problem`, or the signal's reason. */
  open(path: string, asked?: Asked): Promise<Response>;
  /** Whether requests carry a key, which elements that load a URL by themselves cannot send. */
  keyed(): boolean;
};

/** Where keys come from: `current` one, and `ask` a person, who may decline (null). */
export type Keys = {
  current(): string | null;
  ask(o: { refused: boolean; person: boolean }): Promise<string | null>;
};

const NEEDS_KEY = "This server asks for an API key. Choose “API key” at the top of the page to enter it.";

export function connectApi(keys: Keys): Api {
  async function open(path: string, { person = false, ...init }: Asked = {}): Promise<Response> {
    let key = keys.current();
    for (;;) {
      const response = await send(path, init, key);
      if (response.ok) return response;
      if (response.status !== 401) throw await problemOf(response);
      const newer = keys.current(); // another request may have asked while this one was under way
      key = newer === key ? await keys.ask({ refused: key !== null, person }) : newer;
      if (key === null) throw new Problem(NEEDS_KEY, { status: 401 });
    }
  }
  return {
    open,
    keyed: () => keys.current() !== null,
    async json<T>(path: string, asked?: Asked) {
      const response = await open(path, asked);
      return response.json().catch((cause: unknown) => {
        throw new Problem("The server’s answer broke off. Try again.", { status: 0, cause });
      }) as Promise<T>;
    },
  };
}

async function send(path: string, init: RequestInit, key: string | null): Promise<Response> {
  const url = new URL(path, document.baseURI);
  const headers = new Headers(init.headers);
  if (key && url.origin === location.origin) headers.set("Authorization", `Bearer ${key}`);
  try {
    return await fetch(url, { ...init, headers, cache: "no-store" });
  } catch (cause) {
    if (init.signal?.aborted) throw cause;
    throw new Problem("The server cannot be reached. Is it running, and are you online?", { status: 0, cause });
  }
}

type ProblemBody = { title?: string; detail?: string; errors?: { field: string; expected: string }[] };

async function problemOf(response: Response): Promise<Problem> {
  const body = (await response.json().catch(() => ({}))) as ProblemBody;
  const said = body.detail ?? body.title ?? `The server answered ${response.status} ${response.statusText}.`;
  const errors = Array.isArray(body.errors) ? body.errors : [];
  // Of one field alone, the whole sentence says more.
  const fields = errors.map(({ field, expected }) => ({ field, message: errors[1] ? capital(expected) : said }));
  return new Problem(said, { status: response.status, fields });
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

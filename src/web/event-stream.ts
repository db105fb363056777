/**
 * Reads text/event-stream from a fetched body, after "Parsing an event stream" of the HTML Standard.
 * Not `EventSource`: that can send no Authorization header.
 */

export type ServerEvent = {
  event: string;
  data: string;
  /** The last id that was sent, for Last-Event-ID. */ id: string;
};

/** Every event in order, from the bytes as they come. An event that was not ended by an empty line is dropped. */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  let id = "";
  let event = "";
  let data: string[] = [];
  for await (const line of linesOf(body)) {
    if (line === "") {
      if (data.length > 0) yield { event: event || "message", data: data.join("\n"), id };
      [event, data] = ["", []];
      continue;
    }
    const colon = line.indexOf(":");
    if (colon === 0) continue; // a comment: the server's heartbeat
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "data") data.push(value);
    else if (field === "event") event = value;
    else if (field === "id" && !value.includes("\0")) id = value;
  }
}

/** Lines end with LF, CR or CRLF, which may be cut between two chunks. */
async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      rest += decoder.decode(value, { stream: true });
      const whole = rest.endsWith("\r") ? rest.slice(0, -1) : rest; // an LF may follow
      const lines = whole.split(/\r\n|\r|\n/);
      rest = lines.pop()! + rest.slice(whole.length);
      yield* lines;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

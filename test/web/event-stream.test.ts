import { expect, test } from "vitest";
import { readEvents, type ServerEvent } from "../../src/web/event-stream.ts";

/** The bytes in pieces of so many, as a network may cut them. */
function cut(text: string, size: number): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  return new ReadableStream({
    start(controller) {
      for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
      controller.close();
    },
  });
}

async function all(text: string, size = 1 << 20): Promise<ServerEvent[]> {
  const events: ServerEvent[] = [];
  for await (const event of readEvents(cut(text, size))) events.push(event);
  return events;
}

test("reads the same events wherever the bytes are cut and however lines end", async () => {
  const text =
    '\uFEFF: hello\n\nid: a:1\nevent: step_done\ndata: {"né":\n data: x\ndata:}\n\nretry: 10\ndata\n\nid\ndata: last\n\n';
  const expected = [
    { event: "step_done", data: '{"né":\n}', id: "a:1" },
    { event: "message", data: "", id: "a:1" },
    { event: "message", data: "last", id: "" },
  ];
  for (const end of ["\n", "\r\n", "\r"]) {
    for (const size of [1, 2, 3, 7, 1000]) {
      // a last CR alone may be half of a CRLF, so another line follows it
      expect(await all(`${text}: bye\n`.replaceAll("\n", end), size), `${JSON.stringify(end)} in ${size}`).toEqual(
        expected,
      );
    }
  }
});

test("drops an event that broke off", async () => {
  expect(await all("data: whole\n\ndata: half\n")).toEqual([{ event: "message", data: "whole", id: "" }]);
});

test("keeps the id of an event without data, for it was seen", async () => {
  expect(await all("id: 7\n\ndata: x\n\n")).toEqual([{ event: "message", data: "x", id: "7" }]);
});

test("ends the body when its reader stops", async () => {
  let cancelled = false;
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new TextEncoder().encode("data: x\n\n")),
    cancel: () => void (cancelled = true),
  });
  for await (const event of readEvents(endless)) if (event.data === "x") break;
  expect(cancelled).toBe(true);
});

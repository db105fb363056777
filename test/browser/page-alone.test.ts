/** What the page does when the server says no, breaks off or stays silent. */
import type { ServerResponse } from "node:http";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { audit } from "./audit.ts";
import { openBrowser } from "./browser.ts";
import { events, json, problem, standIn, tone, type Answer, type Call, type StandIn } from "./stand-in.ts";

const id = (n: number) => `0190a1b2-0000-7000-8000-${String(n).padStart(12, "0")}`;
const at = (n: number) => new Date(Date.UTC(2026, 0, 1) - n * 60_000).toISOString();

function run(n: number, status: string, more: object = {}) {
  const common = { execution_id: id(n), workflow: "audio_generation", workflow_id: 1, current_step: 0, error: null };
  return { ...common, status, created_at: at(n), updated_at: at(n), metadata: { title: `Text ${n}` }, ...more };
}

function detail(n: number, status: string, more: object = {}) {
  return { ...run(n, status), progress: 10, steps: [], audio: {}, captions: {}, duration_s: null, ...more };
}

const sound = { mp3_128: `/audio/${id(1)}/audio.mp3` };
const captions = { vtt: `/audio/${id(1)}/captions.vtt`, srt: `/audio/${id(1)}/captions.srt` };
const ready = detail(1, "COMPLETED", { progress: 100, audio: sound, captions, duration_s: 1 });

let browser: Browser;
let server: StandIn;
let page: Page;
const closings: (() => Promise<void>)[] = [];

beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());
afterEach(async () => {
  for (const close of closings.splice(0).toReversed()) await close();
});

/** Opens the page on a server that answers so; `runs` are its list. */
async function open(answer: Answer, o: { runs?: object[]; hash?: string; context?: BrowserContextOptions } = {}) {
  server = await standIn((call, response) => {
    if (answer(call, response) !== false) return;
    if (call.path.startsWith("/audio?")) return json(response, 200, { runs: o.runs ?? [], next_cursor: null });
    if (call.path === "/v1/voices") return json(response, 200, { voices });
    return false;
  });
  closings.push(server.close);
  const context = await browser.newContext(o.context ?? {});
  closings.push(() => context.close());
  page = await context.newPage();
  page.setDefaultTimeout(5000);
  await page.goto(server.url + (o.hash ?? ""));
}

const voices = [
  { voice_key: "espeak-en", name: "English", locales: ["en"] },
  { voice_key: "espeak-id", name: "Indonesian", locales: ["id"] },
];
const called = (method: string, path: string) =>
  server.calls.filter((call) => call.method === method && call.path === path);
const isEvents = ({ path }: Call) => path.endsWith("/events");
const focused = () => page.evaluate<string>("document.activeElement.id || document.activeElement.textContent");
const nothing = (): false => false;

function media({ path }: Call, response: ServerResponse): false | void {
  if (path === captions.vtt) {
    return void response
      .writeHead(200, { "Content-Type": "text/vtt; charset=utf-8" })
      .end("WEBVTT\n\n00:00.000 --> 00:01.000\nHello there\n");
  }
  if (path === sound.mp3_128) return void response.writeHead(200, { "Content-Type": "audio/wav" }).end(tone());
  return false;
}

describe("the start of a run", () => {
  test("needs a text: says so at the field, which gets the focus", async () => {
    await open(nothing);
    await page.fill("#text", " \n ");
    await page.click("#submit");
    expect(await page.textContent("#text-error")).toBe("Paste or write a text first.");
    expect(await page.getAttribute("#text", "aria-invalid")).toBe("true");
    expect(await focused()).toBe("text");
    expect(called("POST", "/audio/generate")).toEqual([]);
  });

  test("sends the text as it is, with voice, language and a title", async () => {
    await open((call, response) => {
      if (call.path === "/audio/generate") return json(response, 202, { execution_id: id(1), status: "PENDING" });
      if (call.path.includes("/status/")) return json(response, 200, ready);
      return media(call, response);
    });
    await page.selectOption("#locale", "id");
    await expect.poll(() => page.locator("#voice option").allTextContents()).toEqual(["Default", "Indonesian"]);
    await page.selectOption("#voice", "espeak-id");
    await page.fill("#text", `  Satu\n\n"dua" 👩‍👩‍👧\u0000`);
    await page.keyboard.press("Control+Enter");
    await page.waitForSelector("audio");
    const [call] = called("POST", "/audio/generate");
    expect(JSON.parse(call!.body)).toEqual({
      text: `  Satu\n\n"dua" 👩‍👩‍👧\u0000`,
      voice: "espeak-id",
      locale: "id",
      format: "text",
      metadata: { title: `Satu "dua" 👩‍👩‍👧` },
    });
    expect(new URL(page.url()).hash).toBe(`#${id(1)}`);
  });

  test("happens once, however often the button is pressed while the answer is awaited", async () => {
    const waiting: ServerResponse[] = [];
    await open(({ path }, response) => (path === "/audio/generate" ? void waiting.push(response) : false));
    await page.fill("#text", "Once.");
    await page.dblclick("#submit");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.textContent("#submit")).toBe("Starting…");
    expect(called("POST", "/audio/generate")).toHaveLength(1);
    expect(await focused()).toBe("submit");
  });

  test("keeps its Idempotency-Key when the answer was lost, and takes another for another text", async () => {
    await open(({ path }, response) => (path === "/audio/generate" ? void response.destroy() : false));
    for (const text of ["One.", "One.", "Two."]) {
      await page.fill("#text", text);
      await page.click("#submit");
      await expect.poll(() => page.textContent("#form-error")).toContain("cannot be reached");
      await expect.poll(() => page.textContent("#submit")).toBe("Generate");
    }
    const keys = called("POST", "/audio/generate").map(
      ({ headers, body }) => `${JSON.parse(body).text} ${headers["idempotency-key"]}`,
    );
    expect(new Set(keys).size).toBe(2);
    expect(new Set(keys.map((key) => key.split(" ")[1])).size).toBe(2);
  });

  test("shows what the server says is wrong, and keeps the text", async () => {
    const said = 'Voice "default" is not configured for "tlh". Known voices: nina.';
    await open(({ path }, response) => (path === "/audio/generate" ? problem(response, 422, said) : false));
    await page.fill("#text", "nuqneH");
    await page.click("#submit");
    await expect.poll(() => page.textContent("#form-error")).toBe(said);
    expect(await page.getAttribute("#form-error", "role")).toBe("alert");
    expect(await page.inputValue("#text")).toBe("nuqneH");
  });

  test("puts what is wrong with a field beside it", async () => {
    const errors = [
      { field: "voice", value: "x", expected: "expected a configured voice" },
      { field: "text", expected: "expected text" },
    ];
    await open(({ path }, response) =>
      path === "/audio/generate" ? problem(response, 400, "No.", { errors }) : false,
    );
    await page.fill("#text", "x");
    await page.click("#submit");
    await expect.poll(() => page.textContent("#text-error")).toBe("Expected text");
    expect(await page.textContent("#voice-error")).toBe("Expected a configured voice");
    expect(await focused()).toBe("voice");
  });
});

describe("a run", () => {
  test("is followed again from the last event when the connection breaks, and says that it broke", async () => {
    let status = detail(1, "RUNNING");
    const streams: { id: unknown; send(text: string): void; response: ServerResponse }[] = [];
    await open(
      (call, response) => {
        if (call.path.includes("/status/")) return json(response, 200, status);
        if (isEvents(call))
          return void streams.push({ id: call.headers["last-event-id"], send: events(response), response });
        return media(call, response);
      },
      { hash: `#${id(1)}` },
    );
    await expect.poll(() => streams.length).toBe(1);
    streams[0]!.send("id: cursor-7\nevent: step_done\ndata: {}\n\n: heartbeat\n\n");
    status = detail(1, "RUNNING", { progress: 55.5 });
    await expect.poll(() => page.textContent("#current .status")).toContain("55 %");
    await expect.poll(() => page.textContent("#announcements")).toBe("50 %: Text 1.");
    streams[0]!.response.destroy();
    await expect.poll(() => page.textContent("#current .hint")).toContain("connection was lost");
    await expect.poll(() => streams.length).toBe(2);
    expect(streams.map((stream) => stream.id)).toEqual([undefined, "cursor-7"]);
    await expect.poll(() => page.isVisible("#current .hint")).toBe(false);
    status = ready as never;
    streams[1]!.send("event: end\ndata: {}\n\n");
    await page.waitForSelector("audio");
    await expect.poll(() => page.textContent("#announcements")).toBe("Ready: Text 1. 1 s of audio.");
  });

  test("is looked at without a connection while nobody sees the page, and followed again after", async () => {
    const streams: { id: unknown; response: ServerResponse }[] = [];
    await open(
      (call, response) => {
        if (call.path.includes("/status/")) return json(response, 200, detail(1, "RUNNING"));
        if (!isEvents(call)) return false;
        events(response)("id: c1\nevent: step_done\ndata: {}\n\n");
        streams.push({ id: call.headers["last-event-id"], response });
      },
      { hash: `#${id(1)}` },
    );
    const see = (hidden: boolean) =>
      page.evaluate(
        `Object.defineProperty(document, "hidden", { value: ${hidden}, configurable: true });
         document.dispatchEvent(new Event("visibilitychange"))`,
      );
    await expect.poll(() => called("GET", `/audio/status/${id(1)}`).length).toBe(2); // at first, and for the event
    await see(true);
    await expect.poll(() => streams[0]!.response.closed).toBe(true);
    expect(await page.isVisible("#current .hint")).toBe(false);
    expect(streams).toHaveLength(1);
    await see(false);
    await expect.poll(() => streams.map((stream) => stream.id)).toEqual([undefined, "c1"]);
    expect(await page.title()).toBe("Generating: Text 1 · Lector");
  });

  test("that failed says why, and is tried again at a press", async () => {
    let retried = false;
    const error = { code: "no_quota", message: "ElevenLabs has no quota left.\nBuy some.", step: "speech" };
    await open(
      (call, response) => {
        if (call.path.endsWith("/retry"))
          return ((retried = true), json(response, 202, { execution_id: id(1), status: "RUNNING" }));
        if (call.path.includes("/status/"))
          return json(response, 200, retried ? ready : detail(1, "FAILED", { error }));
        return media(call, response);
      },
      { hash: `#${id(1)}` },
    );
    await expect.poll(() => page.textContent("#current .error")).toBe(error.message);
    await page.getByRole("button", { name: "Try again", exact: true }).click();
    await page.waitForSelector("audio");
    expect(await page.isVisible("#current .error")).toBe(false);
    expect(await focused()).toBe("current-heading");
  });

  test("that cannot be cancelled says why", async () => {
    await open(
      (call, response) => {
        if (call.path.endsWith("/cancel")) return problem(response, 503, "The database cannot be reached.");
        if (isEvents(call)) return void events(response);
        return call.path.includes("/status/") ? json(response, 200, detail(1, "RUNNING")) : false;
      },
      { hash: `#${id(1)}`, runs: [run(1, "RUNNING")] },
    );
    await page.getByRole("button", { name: "Cancel: Text 1" }).click();
    await expect.poll(() => page.textContent("#recent [role=alert]")).toBe("The database cannot be reached.");
    await page.locator("#current").getByRole("button", { name: "Cancel" }).click();
    await expect
      .poll(() => page.textContent("#current [role=alert]:last-child"))
      .toBe("The database cannot be reached.");
  });

  test("that does not exist says so and is not asked for again", async () => {
    await open(({ path }, response) => (path.includes("/status/") ? problem(response, 404, "No such run.") : false), {
      hash: `#${id(9)}`,
    });
    await expect.poll(() => page.textContent("#current .error")).toBe("No such run.");
    await page.waitForTimeout(800); // longer than the first wait of a retry
    expect(called("GET", `/audio/status/${id(9)}`)).toHaveLength(1);
  });

  test("never has its words taken for markup", async () => {
    const title = `<img src=x onerror="document.title='hacked'">`;
    await open(() => false, {
      runs: [run(1, "COMPLETED", { metadata: { title } }), run(2, "RUNNING", { metadata: { title: 7 } })],
    });
    await expect.poll(() => page.locator("#recent a").allTextContents()).toEqual([title, "Narration 00000002"]);
    expect(await page.locator("#recent img").count()).toBe(0);
  });
});

describe("the list of runs", () => {
  test("goes on with older ones, and the focus to the first of them", async () => {
    await open((call, response) => {
      if (!call.path.startsWith("/audio?")) return false;
      const older = call.path.includes("cursor=a%20b");
      const runs = older ? [run(3, "COMPLETED")] : [run(1, "COMPLETED"), run(2, "FAILED")];
      json(response, 200, { runs, next_cursor: older ? null : "a b" });
    });
    await page.click("#more");
    await expect.poll(() => page.locator("#recent a").allTextContents()).toEqual(["Text 1", "Text 2", "Text 3"]);
    expect(await focused()).toBe("Text 3");
    expect(await page.isVisible("#more")).toBe(false);
  });

  test("says when the server cannot be reached", async () => {
    await open(({ path }, response) => (path.startsWith("/audio?") ? void response.destroy() : false));
    await expect.poll(() => page.textContent("#recent-note")).toContain("The server cannot be reached");
  });
});

describe("the API key", () => {
  const guarded: Answer = (call, response) => {
    if (call.headers.authorization !== "Bearer right") return problem(response, 401, "An API key is needed.");
    if (call.path.includes("/status/")) return json(response, 200, ready);
    return media(call, response);
  };

  test("is asked for, asked for again when wrong, and goes along with all that is fetched", async () => {
    await open(guarded, { hash: `#${id(1)}`, runs: [run(1, "COMPLETED")] });
    await page.waitForSelector("#key-dialog[open]");
    expect(await focused()).toBe("key");
    await page.keyboard.type("wrong");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.textContent("#key-error")).toBe("The server refuses this key. Try another one.");
    await page.keyboard.type("right");
    await page.keyboard.press("Enter");
    await page.waitForSelector("audio");
    expect(await page.getAttribute("audio", "src")).toMatch(/^blob:/);
    await expect.poll(() => page.locator("audio").evaluate((audio: any) => audio.duration)).toBe(1);
    await expect.poll(() => page.locator("track").evaluate((track: any) => track.track.cues?.length)).toBe(1);
    await page.reload();
    await page.waitForSelector("audio");
    expect(await page.isVisible("#key-dialog")).toBe(false);
    const [download] = await Promise.all([page.waitForEvent("download"), page.click("text=mp3_128")]);
    expect(download.suggestedFilename()).toBe("audio.mp3");
  });

  test("may be declined: the page says what is missing, asks no more by itself, and does at a press", async () => {
    await open(guarded);
    await page.waitForSelector("#key-dialog[open]");
    await page.keyboard.press("Escape");
    await expect.poll(() => page.textContent("#recent-note")).toContain("asks for an API key");
    const refused = page.waitForResponse((response) => response.status() === 401);
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))"); // the list is asked for again
    await refused;
    await expect.poll(() => page.textContent("#recent-note")).toContain("asks for an API key");
    expect(await page.isVisible("#key-dialog")).toBe(false);
    await page.click("#key-button");
    expect(await page.isVisible("#key-dialog")).toBe(true);
    await page.keyboard.type("ключ");
    await page.keyboard.press("Enter");
    expect(await page.textContent("#key-error")).toContain("ASCII");
    await page.fill("#key", "right");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.textContent("#recent-note")).toContain("None yet");
  });
});

describe("the page", () => {
  const long = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft";
  const steps = ["done", "running", "waiting", "failed", "cancelled", "ready"].map((state, n) => ({
    workflow: n < 2 ? "audio_generation" : "narrate",
    name: `stage_${n}`,
    state,
    attempt: 2,
    items: { total: 1000, done: 17, failed: 1 },
    started_at: at(2),
    ended_at: at(1),
  }));
  test.each([
    ["light", 1200],
    ["dark", 1200],
    ["light", 320],
    ["dark", 320],
  ] as const)("is readable and named for everyone, %s and %i px wide", async (colorScheme, width) => {
    const statuses = ["COMPLETED", "FAILED", "RUNNING", "PENDING", "PAUSED", "CANCELLED", "TIMED_OUT"];
    const error = { code: "x", message: `It went wrong with ${long}.`, step: "speech" };
    let shown: object = { ...ready, steps, metadata: { title: long }, error };
    await open(
      (call, response) => (call.path.includes("/status/") ? json(response, 200, shown) : media(call, response)),
      {
        hash: `#${id(1)}`,
        context: { colorScheme, viewport: { width, height: 700 } },
        runs: statuses.map((status, n) => run(n + 1, status)),
      },
    );
    await page.waitForSelector("audio");
    await page.click("#submit"); // an empty text: its error is audited too
    expect(await audit(page)).toEqual([]);
    const ground = await page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
    expect(ground).toBe(colorScheme === "dark" ? "rgb(20, 25, 26)" : "rgb(246, 247, 247)");
    shown = detail(1, "FAILED", { error, steps });
    await page.reload();
    await page.waitForSelector("#current .error:not([hidden])");
    expect(await audit(page)).toEqual([]);
  });
});

/** A person at the page of a real server: the text is spoken, the sound played. */
import { statSync } from "node:fs";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { audit } from "./audit.ts";
import { openBrowser } from "./browser.ts";
import { serving, type Serving } from "./serving.ts";

let browser: Browser;
let server: Serving;
let context: BrowserContext;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  [browser, server] = await Promise.all([openBrowser(), serving()]);
  await server.start();
});
afterAll(() => Promise.all([browser?.close(), server?.end()]));
beforeEach(async () => {
  context = await browser.newContext();
  page = await context.newPage();
  page.setDefaultTimeout(15_000);
  complaints = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on(
    "console",
    (message) => /Content Security Policy|Refused/.test(message.text()) && complaints.push(message.text()),
  );
  await page.goto(server.url);
});
afterEach(async () => {
  await context?.close();
  // errors of the page's own, and what the security policy refused
  if (complaints.length > 0) throw new Error(complaints.join("\n"));
});

const status = () => page.textContent("#current .status");
const focused = () => page.evaluate<string>("document.activeElement.id || document.activeElement.tagName");
const long = (name: string, length = 1200) =>
  Array.from({ length }, (_, n) => `${name} number ${n} is a sentence of its own.`).join(" ");

async function generate(text: string): Promise<void> {
  await page.fill("#text", text);
  await page.getByRole("button", { name: "Generate" }).click();
}

test("a pasted text is spoken, played with captions, and stands first among the last ones", async () => {
  await generate("The moon goes round the earth. It takes about twenty-seven days.");
  await page.waitForSelector("audio");
  expect(await status()).toMatch(/Ready · \d+ s · 2 sentences/);
  const stages = await page.locator("#current .stages li").allTextContents();
  expect(stages.length).toBeGreaterThanOrEqual(8);
  expect(stages.filter((stage) => !stage.includes("done"))).toEqual([]);

  const audio = page.locator("audio");
  await expect.poll(() => audio.evaluate((audio: any) => audio.duration)).toBeGreaterThan(2);
  await audio.evaluate((audio: any) => audio.play());
  await expect.poll(() => audio.evaluate((audio: any) => audio.currentTime)).toBeGreaterThan(0.2);
  await expect.poll(() => page.textContent(".caption")).toContain("The moon goes round the earth.");
  expect(await page.locator("track[kind=captions]").evaluate((track: any) => track.track.cues.length)).toBeGreaterThan(
    0,
  );

  const [download] = await Promise.all([page.waitForEvent("download"), page.click("text=mp3_128")]);
  expect(statSync(await download.path()).size).toBeGreaterThan(20_000);
  await expect.poll(() => page.textContent("#recent li:first-child")).toMatch(/The moon goes round.*Ready/);
  expect(await audit(page)).toEqual([]);

  await page.reload(); // the address keeps the run
  await page.waitForSelector("audio");
});

test("all of it goes without a mouse", async () => {
  const press = async (...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  await press("Tab");
  expect(await page.evaluate("document.activeElement.textContent")).toBe("Skip to the text");
  await press("Enter");
  await expect.poll(focused).toBe("text");
  await page.keyboard.type("Spoken by keys alone.");
  await press("Tab", "Tab", "Tab", "Tab");
  expect(await focused()).toBe("submit");
  await press("Enter");
  await expect.poll(focused).toBe("current-heading");
  await page.waitForSelector("audio");
  await press("Tab");
  expect(await focused()).toBe("AUDIO");
  await press("Space");
  await expect.poll(() => page.locator("audio").evaluate((audio: any) => audio.currentTime)).toBeGreaterThan(0.1);
});

test("a long run shows how far it is, stops at a press, and goes on at another", async () => {
  await generate(long("Comet"));
  await expect.poll(() => page.textContent("#current .stages")).toMatch(/Speak running/);
  await page.locator("#current").getByRole("button", { name: "Cancel" }).click();
  await expect.poll(status, { interval: 20 }).toBe("–Cancelled");
  await expect.poll(() => page.textContent("#announcements")).toContain("Cancelled");
  expect(await page.textContent("#recent li:first-child")).toContain("Cancelled");

  await page.locator("#current").getByRole("button", { name: "Try again" }).click();
  await expect.poll(status).toContain("Generating");
  await page.getByRole("button", { name: /^Cancel: Comet/ }).click();
  await expect.poll(status, { interval: 20 }).toBe("–Cancelled");
});

test("a text with nothing to say is refused beside the field", async () => {
  await generate("…");
  await expect.poll(() => page.textContent("#text-error")).not.toBe("");
  expect(await focused()).toBe("text");
  expect(await page.inputValue("#text")).toBe("…");
});

test("kill -9 of the server under the open page: it says so, comes back by itself, and shows the run to its end", async () => {
  await generate(long("Asteroid", 250));
  const heading = () => page.textContent("#current-heading");
  await expect.poll(status).toContain("Generating");
  const shown = [page.url(), await heading()];
  await server.stop("SIGKILL");
  await expect.poll(() => page.textContent("#current .hint")).toContain("The connection was lost");
  await server.start();
  await expect.poll(() => page.textContent("#current .hint")).not.toContain("The connection was lost");
  await page.waitForSelector("audio", { timeout: 60_000 });
  expect(await status()).toMatch(/Ready · .* 250 sentences/);
  expect([page.url(), await heading()]).toEqual(shown);
  await expect.poll(() => page.textContent("#recent li:first-child")).toMatch(/Asteroid.*Ready/);
}, 90_000);

test("the page goes on by itself when the server comes back, and asks for the key it has then", async () => {
  await generate(long("Planet", 500));
  await expect.poll(status).toContain("Generating");
  await server.stop("SIGTERM");
  await expect.poll(() => page.textContent("#current .hint")).toContain("The connection was lost");
  await server.start({ LECTOR_API_KEY: "the-key-of-this-test" });
  await page.waitForSelector("#key-dialog[open]");
  await page.keyboard.type("the-key-of-this-test");
  await page.keyboard.press("Enter");
  await page.waitForSelector("audio", { timeout: 60_000 });
  expect(await page.getAttribute("audio", "src")).toMatch(/^blob:/);
  await expect.poll(() => page.locator("audio").evaluate((audio: any) => audio.duration)).toBeGreaterThan(60);
}, 90_000);

/** Reading what is to be narrated: a file, a page, or standard input. */
import { open, stat } from "node:fs/promises";
import { basename, extname } from "node:path";
import type { BodyFormat } from "../narration/document.ts";
import { decodePage, decodeText, looksLikePage } from "./encoding.ts";
import { Unusable } from "./lector.ts";

export type Source = { body: string; bodyFormat: BodyFormat; name: string };

const FETCH_MS = 30_000;

const formatsByExtension: Record<string, BodyFormat> = {
  ".md": "markdown",
  ".markdown": "markdown",
  ".mdx": "mdx",
  ".html": "html",
  ".htm": "html",
  ".xhtml": "html",
  ".txt": "text",
  ".text": "text",
};

const formatsByType: Record<string, BodyFormat> = {
  "text/html": "html",
  "application/xhtml+xml": "html",
  "text/markdown": "markdown",
  "text/plain": "text",
};

/** Throws `Unusable` with a line that says what is wrong with the source. */
export async function readSource(source: string, maxBytes: number): Promise<Source> {
  if (source === "-") return fromStandardInput(maxBytes);
  if (/^https?:\/\//i.test(source)) return fromUrl(source, maxBytes);
  return fromFile(source, maxBytes);
}

async function fromFile(path: string, maxBytes: number): Promise<Source> {
  const about = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === "ENOENT" ? "there is no such file" : cause.message;
    throw new Unusable(`Cannot read "${path}": ${why}.`, { cause });
  });
  if (about.isDirectory()) throw new Unusable(`"${path}" is a directory. Name a file in it.`);
  if (about.size > maxBytes) throw tooLarge(path, about.size, maxBytes);
  const file = await open(path).catch((cause: NodeJS.ErrnoException) => {
    throw new Unusable(`Cannot read "${path}": ${cause.message}.`, { cause });
  });
  try {
    // a pipe or device has no size: it is read like a stream
    const bytes = await collect(file.createReadStream({ autoClose: false }), path, maxBytes);
    const extension = extname(path).toLowerCase();
    const bodyFormat = formatsByExtension[extension] ?? "text";
    return {
      body: textOf(bytes, path, bodyFormat),
      bodyFormat,
      name: basename(path, extension === "" ? "" : extname(path)),
    };
  } finally {
    await file.close();
  }
}

async function fromStandardInput(maxBytes: number): Promise<Source> {
  const bytes = await collect(process.stdin, "standard input", maxBytes);
  const bodyFormat = looksLikePage(bytes) ? "html" : "markdown";
  return { body: textOf(bytes, "standard input", bodyFormat), bodyFormat, name: "stdin" };
}

async function fromUrl(address: string, maxBytes: number): Promise<Source> {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (!url) throw new Unusable(`"${address}" is not a URL. Example: https://example.org/article.`);
  const response = await fetch(url, {
    signal: AbortSignal.timeout(FETCH_MS),
    headers: { accept: "text/html, application/xhtml+xml, text/markdown, text/plain" },
  }).catch((cause: Error) => {
    throw new Unusable(`Cannot fetch ${url.href}: ${reasonOf(cause)}.`, { cause });
  });
  if (!response.ok)
    throw new Unusable(`Cannot fetch ${url.href}: it answers ${response.status} ${response.statusText}.`);
  const [type = "", ...parameters] = (response.headers.get("content-type") ?? "text/html")
    .split(";")
    .map((part) => part.trim());
  const byExtension = formatsByExtension[extname(url.pathname).toLowerCase()];
  const bodyFormat = type === "text/plain" ? (byExtension ?? "text") : formatsByType[type.toLowerCase()];
  if (!bodyFormat) throw new Unusable(`${url.href} is ${type}. Expected a page, Markdown or plain text.`);
  const charset = parameters
    .find((parameter) => /^charset=/i.test(parameter))
    ?.slice(8)
    .replaceAll('"', "");
  const bytes = await collect(response.body ?? [], url.href, maxBytes).catch((cause: Error) => {
    if (cause instanceof Unusable) throw cause;
    throw new Unusable(`Cannot fetch ${url.href}: ${reasonOf(cause)}.`, { cause });
  });
  const last = decodeName(url.pathname.split("/").filter(Boolean).at(-1) ?? "");
  const name = basename(last, extname(last)) || url.hostname;
  return { body: textOf(bytes, url.href, bodyFormat, charset), bodyFormat, name };
}

function decodeName(name: string): string {
  try {
    return decodeURIComponent(name).replaceAll(/[/\\\0]/g, "_");
  } catch {
    return name;
  }
}

function reasonOf(error: Error): string {
  if (error.name === "TimeoutError") return `no answer within ${FETCH_MS / 1000} s`;
  return error.cause instanceof Error && error.cause.message ? error.cause.message : error.message;
}

async function collect(
  stream: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  name: string,
  maxBytes: number,
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw tooLarge(name, bytes, maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function tooLarge(name: string, bytes: number, maxBytes: number): Unusable {
  const size = `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  return new Unusable(
    `"${name}" is too large (${size} or more): the most is ${maxBytes / 2 ** 20} MiB (LECTOR_MAX_INPUT_BYTES).`,
  );
}

function textOf(bytes: Buffer, name: string, format: BodyFormat, charset?: string): string {
  const text = format === "html" ? decodePage(bytes, charset) : decodeText(bytes, charset);
  if (text !== null) return text;
  throw new Unusable(`"${name}" is not text: expected a page, or Markdown or plain text in UTF-8.`);
}

/** Many small packets to a file in few large writes. */
import { closeSync, openSync, writeSync } from "node:fs";

const BUFFER_BYTES = 256 * 1024;

export type ByteFile = {
  write(bytes: Uint8Array): void;
  /** Puts `bytes` over earlier ones, `at` bytes from the start. */
  rewrite(bytes: Uint8Array, at: number): void;
  /** Writes what is left, which is not synced: who keeps the file does that. Answers with the bytes in all. */
  end(): number;
  /** Also half-way: what was written stays. */
  close(): void;
};

export function createByteFile(path: string): ByteFile {
  const file = create(path);
  const buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  let buffered = 0;
  let written = 0;

  function writeOut(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
    written += bytes.length;
  }

  function flush(): void {
    writeOut(buffer.subarray(0, buffered));
    buffered = 0;
  }

  return {
    write(bytes) {
      if (buffered + bytes.length > buffer.length) flush();
      if (bytes.length > buffer.length) return writeOut(bytes);
      buffer.set(bytes, buffered);
      buffered += bytes.length;
    },
    rewrite(bytes, at) {
      flush();
      if (writeSync(file, bytes, 0, bytes.length, at) !== bytes.length) throw new Error(`Cannot write ${path} whole`);
    },
    end() {
      flush();
      return written;
    },
    close: () => closeSync(file),
  };
}

function create(path: string): number {
  try {
    return openSync(path, "w");
  } catch (cause) {
    throw new Error(`Cannot write ${path}: ${(cause as Error).message}`, { cause });
  }
}

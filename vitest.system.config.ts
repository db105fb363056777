import { defineConfig } from "vitest/config";

// The program as a stranger runs it, judged by tools that are not ours, and faults. Needs ffmpeg, flac, opus-tools, mp3val and faketime, and root for a disk that can be filled.
export default defineConfig({
  test: {
    include: ["test/system/**/*.test.ts", "test/contract/commit-boundaries.test.ts"], // the latter takes half a minute
    globalSetup: ["test/support/postgres.ts"],
    testTimeout: 120_000,
    hookTimeout: 300_000,
    fileParallelism: false,
  },
});

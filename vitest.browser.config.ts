import { defineConfig } from "vitest/config";

// The page in a real browser. Needs Chromium (Debian: chromium), and the built page (npm run build:web).
export default defineConfig({
  test: {
    include: ["test/browser/**/*.test.ts"],
    globalSetup: ["test/support/postgres.ts", "test/browser/build.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 15_000 } },
    fileParallelism: false,
  },
});

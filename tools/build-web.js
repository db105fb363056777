// Bundles the page (src/web) into dist/web. npm runs it as `prepare`, after each install in the checkout; where the
// devDependencies are missing there is no bundler, and the server says that it has no page.
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../src/web", import.meta.url));
const vite = await import("vite").catch((error) => {
  if (error.code === "ERR_MODULE_NOT_FOUND" && error.message.includes("'vite'")) return null;
  throw error;
});
await vite?.build({ root, logLevel: "warn" });

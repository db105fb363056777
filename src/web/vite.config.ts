/** A plain object: it is read by `vite build src/web` and by tools/build-web.js, and needs nothing of Vite's. */
export default {
  base: "./",
  build: {
    outDir: "../../dist/web",
    emptyOutDir: true,
    // The server's Content-Security-Policy allows files of its own only: nothing inline, no data: URLs.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2022",
  },
  // With `vite src/web`, a server on the default port answers what is not the page.
  server: { proxy: { "^/(audio|v1|docs|openapi|health)(/|$)": "http://127.0.0.1:8080" } },
};

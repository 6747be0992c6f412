// The script of the page: built into the Python package, one hashed file for each island, named by a manifest.
import { defineConfig } from "vitest/config";

export default defineConfig({
  base: "/ui/script/",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../src/otel_bridge_collector/ui/static/script",
    emptyOutDir: true,
    assetsDir: ".",
    assetsInlineLimit: 0, // the page's policy knows no data: addresses
    manifest: "manifest.json",
    license: { fileName: "THIRD_PARTY_LICENSES.txt" },
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: { input: "src/main.ts" },
  },
  test: { environment: "happy-dom", include: ["tests/**/*.test.{ts,tsx}"] },
});

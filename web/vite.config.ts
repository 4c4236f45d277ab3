import { lingui } from "@lingui/vite-plugin";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const server = process.env.POLICYLAB_DEV_SERVER ?? "http://127.0.0.1:8800";
const passed = ["/graphql", "/files", "/import", "/signin", "/signout", "/log", "/feeds", "/calendar", "/catalogue"];

export default defineConfig({
  plugins: [react(), lingui({ macroTransform: true, failOnMissing: false })],
  build: {
    target: "es2022",
    sourcemap: false,
    assetsInlineLimit: 0, // our Content-Security-Policy takes fonts and pictures from files only
    chunkSizeWarningLimit: 2000, // of GraphiQL; the app has nothing that large
    rolldownOptions: {
      // Of directives for another compiler; nothing of ours.
      onwarn: (warning, say) => (warning.code === "MODULE_LEVEL_DIRECTIVE" ? undefined : say(warning)),
      input: { index: "index.html", graphiql: "graphiql.html" }, // one has no part in the other's weight
      output: {
        codeSplitting: {
          groups: [
            { name: "react", test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/ },
            { name: "mantine", test: /node_modules[\\/]@mantine[\\/]/ },
            // What both entries stand on, in one piece and not in many small ones.
            { name: "ground", test: /preload-helper|src[\\/](api[\\/](address|patience|signals)|i18n[\\/]index|ui[\\/](theme|base))\.|node_modules[\\/](@lingui|graphql-ws|@fontsource-variable[\\/]inter)[\\/]/ },
          ],
        },
      },
    },
  },
  server: {
    proxy: {
      ...Object.fromEntries(passed.map((path) => [path, { target: server, ws: path === "/graphql" }])),
      "/coedit": { target: server, ws: true },
    },
  },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/ui/testing.ts"],
    testTimeout: 60_000, // other checks run beside these
  },
});

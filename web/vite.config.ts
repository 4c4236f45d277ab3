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
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "react", test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/ },
            { name: "mantine", test: /node_modules[\\/]@mantine[\\/]/ },
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

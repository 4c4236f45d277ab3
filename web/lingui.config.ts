import { defineConfig } from "@lingui/cli";
import { formatter } from "@lingui/format-po";

export default defineConfig({
  sourceLocale: "en",
  locales: ["en", "fr"],
  format: formatter({ lineNumbers: false, origins: true }),
  catalogs: [{ path: "src/i18n/locales/{locale}", include: ["src"], exclude: ["**/*.test.tsx", "src/api/generated/**"] }],
});

import "@fontsource-variable/inter";
import "@fontsource-variable/noto-sans-arabic";
import "@fontsource-variable/source-serif-4";
import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "../ui/base.css";
import { I18nProvider } from "@lingui/react";
import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Provider } from "urql";
import { client } from "../api/client.ts";
import { i18n, preferred, speak } from "../i18n/index.ts";
import { cssVariablesResolver, theme } from "../ui/theme.ts";
import { Broken } from "./Broken.tsx";
import { router } from "./routes.tsx";

// A newer release has other files: whoever still has the old page open gets the new one, and not twice in a row.
const RENEWED = "policylab.renewed";
window.addEventListener("vite:preloadError", () => {
  if (Date.now() - Number(sessionStorage.getItem(RENEWED) ?? 0) < 10_000) return;
  sessionStorage.setItem(RENEWED, String(Date.now()));
  location.reload();
});

await speak(preferred());

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <I18nProvider i18n={i18n}>
      <MantineProvider theme={theme} cssVariablesResolver={cssVariablesResolver} defaultColorScheme="auto">
        <Provider value={client}>
          <Broken>
            <RouterProvider router={router} />
          </Broken>
          <Notifications position="bottom-center" />
        </Provider>
      </MantineProvider>
    </I18nProvider>
  </StrictMode>,
);

/** An entry of its own: the app does not carry the weight of an editor for programmers. */
import "@fontsource-variable/inter";
import "@mantine/core/styles.css";
import "graphiql/setup-workers/vite";
import "graphiql/style.css";
import "../ui/base.css";
import "./graphiql.css";
import { I18nProvider } from "@lingui/react";
import { MantineProvider } from "@mantine/core";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { i18n, preferred, speak, speakAs } from "../i18n/index.ts";
import { theme } from "../ui/theme.ts";
import { GraphiQLPage } from "./GraphiQLPage.tsx";
import { whoAmI } from "./asking.ts";
import { coloursForGraphiQL } from "./colours.ts";

await speak(preferred());
const person = await whoAmI();

if (!person) {
  location.replace("/signin?next=%2Fgraphiql");
} else {
  speakAs(person.locale);
  createRoot(document.getElementById("root")!).render(
    <StrictMode>
      <I18nProvider i18n={i18n}>
        <MantineProvider theme={theme} cssVariablesResolver={coloursForGraphiQL} defaultColorScheme="auto">
          <GraphiQLPage person={person} />
        </MantineProvider>
      </I18nProvider>
    </StrictMode>,
  );
}

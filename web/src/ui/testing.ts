/** What tests of the web app stand on: jsdom knows no layout, so what asks for one is answered here. */
import { i18n } from "@lingui/core";

window.matchMedia = (query: string) => ({
  matches: false, media: query, onchange: null,
  addEventListener: () => undefined, removeEventListener: () => undefined,
  addListener: () => undefined, removeListener: () => undefined, dispatchEvent: () => false,
});
i18n.loadAndActivate({ locale: "en", messages: {} });

/** Languages of the interface. The catalogue of the chosen one is loaded, no other. */
import { i18n } from "@lingui/core";

export const LANGUAGES = { en: "English", fr: "Français" } as const;
export type Language = keyof typeof LANGUAGES;
const KEPT = "policylab.language";

const known = (value: string | null | undefined): Language | undefined =>
  value && value.slice(0, 2) in LANGUAGES ? (value.slice(0, 2) as Language) : undefined;

/** What this browser asked for last, else what it prefers. */
export const preferred = (): Language =>
  known(localStorage.getItem(KEPT)) ?? navigator.languages.map(known).find(Boolean) ?? "en";

export async function speak(language: Language): Promise<void> {
  const { messages } = language === "fr" ? await import("./locales/fr.po") : await import("./locales/en.po");
  i18n.loadAndActivate({ locale: language, messages });
  localStorage.setItem(KEPT, language);
  document.documentElement.lang = language;
}

/** The language of somebody's profile: the one in which the server writes to her as well. */
export function speakAs(locale: string | undefined) {
  const wanted = known(locale);
  if (wanted && wanted !== i18n.locale) void speak(wanted);
}

export { i18n };

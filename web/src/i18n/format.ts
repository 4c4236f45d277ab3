/** Dates as people write them, with their zone; relative only under a day. */
import { useLingui } from "@lingui/react";

const DAY = 86_400_000;

export function useFormat() {
  const { i18n } = useLingui();
  const locale = i18n.locale === "fr" ? "fr" : "en-GB";
  const date = (value: string) => {
    const day = /^\d{4}-\d{2}-\d{2}$/.test(value);
    const moment = new Date(day ? `${value}T12:00:00` : value);
    return new Intl.DateTimeFormat(locale, { day: "numeric", month: "long", year: "numeric" }).format(moment);
  };
  const moment = (value: string) =>
    new Intl.DateTimeFormat(locale, {
      day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short",
    }).format(new Date(value));
  const when = (value: string, now = Date.now()) => {
    const away = new Date(value).getTime() - now;
    if (Math.abs(away) >= DAY) return date(value);
    const words = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
    const minutes = Math.round(away / 60_000);
    return Math.abs(minutes) < 60 ? words.format(minutes, "minute") : words.format(Math.round(minutes / 60), "hour");
  };
  const number = (value: number) => new Intl.NumberFormat(locale).format(value);
  const share = (value: number) => new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 }).format(value);
  const language = (code: string) => {
    const name = new Intl.DisplayNames([locale], { type: "language" }).of(code) ?? code;
    return name.charAt(0).toLocaleUpperCase(locale) + name.slice(1);
  };
  const list = (values: string[]) => new Intl.ListFormat(locale, { type: "conjunction" }).format(values);
  return { date, moment, when, number, share, language, list, locale: i18n.locale };
}

/** Reads a record's content: the very value that is sealed. A part that is not there is left out. */

type Json = Record<string, unknown>;

const map = (value: unknown): Json => (typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {});
const list = (value: unknown): Json[] => (Array.isArray(value) ? value.map(map) : []);
const words = (value: unknown): string => (typeof value === "string" ? value : "");

/** A text that may be given in several languages, in the one that is read. */
export function inLanguage(value: unknown, language: string): string {
  if (typeof value === "string") return value;
  const said = map(value);
  return words(said[language] ?? said["en"] ?? Object.values(said)[0]);
}

export function readContent(content: unknown, language: string) {
  const parts = map(content);
  const procedure = map(parts["procedure"]);
  const who = (value: unknown) => [map(value)["function"], map(value)["organisation"]].map((each) => inLanguage(each, language)).filter(Boolean).join(", ");
  return {
    reasons: inLanguage(parts["reasons"], language),
    followUp: inLanguage(parts["followUp"], language),
    clause: words(map(map(parts["subject"])["clause"])["number"]),
    convened: words(map(parts["notice"])["sentAt"]),
    met: words(map(parts["meeting"])["recordedAt"]),
    openedAt: words(procedure["openedAt"]), openedBy: who(procedure["openedBy"]),
    closedAt: words(procedure["closedAt"]), closedBy: who(procedure["closedBy"]),
    languages: list(parts["languages"]).map((each) => ({ language: words(each["language"]), authentic: each["authentic"] === true })),
    reservations: list(parts["reservations"]).map((each) => ({
      delegation: words(each["delegation"]), organisation: inLanguage(each["organisation"], language),
      points: Array.isArray(each["points"]) ? each["points"].map(words) : [], objection: each["objection"] === true,
    })),
    recommendations: list(parts["recommendations"]).map((each) => ({ number: words(each["number"]), clauses: list(each["links"]).map((link) => words(link["number"])).filter(Boolean) })),
  };
}

export type Content = ReturnType<typeof readContent>;

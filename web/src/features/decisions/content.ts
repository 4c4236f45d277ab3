/** Reads those parts of a record's content that are words of people. A part that is not there is left out. */

const isMap = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

/** A text that may be given in several languages, in the one that is read. */
export function inLanguage(value: unknown, language: string): string {
  if (typeof value === "string") return value;
  if (!isMap(value)) return "";
  const said = value[language] ?? value["en"] ?? Object.values(value)[0];
  return typeof said === "string" ? said : "";
}

export function readContent(content: unknown, language: string) {
  const parts = isMap(content) ? content : {};
  return { reasons: inLanguage(parts["reasons"], language), followUp: inLanguage(parts["followUp"], language) };
}

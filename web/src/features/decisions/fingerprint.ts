/** Computes the fingerprint of a sealed record on this device, from what the reader has before them. */

/** The one spelling of a value (RFC 8785, integers only), as it was hashed when it was sealed. */
export function canonical(value: unknown): string {
  if (value === null || typeof value === "boolean" || typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number" && Number.isSafeInteger(value)) return String(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value === "object") {
    const items = value as Record<string, unknown>;
    return `{${Object.keys(items).sort().map((key) => `${JSON.stringify(key)}:${canonical(items[key])}`).join(",")}}`;
  }
  throw new TypeError("A record holds whole numbers, texts, lists and maps only.");
}

/** SHA-256 of the canonical spelling; undefined where the browser offers no cryptography (plain http). */
export async function fingerprint(value: unknown): Promise<string | undefined> {
  if (!globalThis.crypto?.subtle) return undefined;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(canonical(value)));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A fingerprint in groups of eight, so that two can be compared by eye. */
export const groups = (hash: string) => hash.match(/.{1,8}/g) ?? [];

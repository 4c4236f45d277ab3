/** The address of an export in these languages; whatever else the server put into it stays. */
export function exportAddress(url: string, languages: readonly string[]): string {
  const [path, query] = url.split("?");
  const asked = new URLSearchParams(query);
  asked.set("languages", languages.join(","));
  return `${path}?${asked.toString().replaceAll("%2C", ",")}`;
}

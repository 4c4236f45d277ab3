/** Keeps what has the words that were typed, in any order, whatever their accents and case. */
const plain = (text: string) => text.normalize("NFD").replaceAll(/\p{M}/gu, "").toLocaleLowerCase();

export function having<Item>(items: readonly Item[], typed: string, wordsOf: (item: Item) => string): Item[] {
  const words = plain(typed).split(/\s+/).filter(Boolean);
  return items.filter((item) => {
    const text = plain(wordsOf(item));
    return words.every((word) => text.includes(word));
  });
}

/** The texts of an area, as its JSON file holds them. */
export interface Texts {
  readonly [key: string]: string | Texts;
}

/** Returns the texts of `base`, each replaced by the longest one of `all`. A language that counts in fewer ways than
 * the base has one text for several of them. */
export function longestTexts(base: Texts, all: readonly Texts[]): Texts {
  return Object.fromEntries(
    Object.entries(base).map(([key, own]) => {
      if (typeof own !== 'string')
        return [
          key,
          longestTexts(
            own,
            all.map((each) => groupOf(each, key)),
          ),
        ];
      const texts = all.map((each) => each[key] ?? each[key.replace(/_(?:one|few|many)$/u, '_other')]);
      const longest = texts
        .filter((text) => typeof text === 'string')
        .reduce((one, other) => (other.length > one.length ? other : one), own);
      return [key, longest];
    }),
  );
}

function groupOf(texts: Texts, key: string): Texts {
  const group = texts[key];
  return typeof group === 'object' ? group : {};
}

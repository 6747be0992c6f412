// Where `g` and a letter lead: to the pages that the navigation has.

export type Place = { key: string; label: string; href: string };

/** Give each link the first letter of its label that is still free; the first link, the brand, is `h` for home. */
export function placesOf(links: Iterable<HTMLAnchorElement>): Place[] {
  const taken = new Set<string>();
  return [...links].flatMap((link, index) => {
    const label = index ? (link.textContent ?? "").trim() : "all projects";
    const letters = index ? label.toLowerCase().replace(/[^a-z]/g, "") : "h";
    const key = [...letters].find((letter) => letter !== "g" && !taken.has(letter));
    if (!key) return [];
    taken.add(key);
    return [{ key, label: index ? label : "all projects", href: link.href }];
  });
}

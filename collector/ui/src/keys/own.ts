// Keys of a page's own: `data-key` of a button, link or field that it has, and `data-does`, what the list says of it.

export type OwnKey = { key: string; does: string };

const SELECTOR = "[data-key]";

/** Return the keys that the page has, in its order. */
export function ownKeys(): OwnKey[] {
  return [...document.querySelectorAll<HTMLElement>(SELECTOR)].map(({ dataset }) => ({
    key: dataset.key ?? "",
    does: dataset.does ?? "",
  }));
}

/** Press the button or link of a key, or go to its field; tell whether there is one. A key that is held down presses nothing again. */
export function actOwn(event: KeyboardEvent): boolean {
  const found = [...document.querySelectorAll<HTMLElement>(SELECTOR)].find((each) => each.dataset.key === event.key);
  if (found && !event.repeat) {
    if (found.matches("button, a")) found.click();
    else found.focus();
  }
  return found !== undefined;
}

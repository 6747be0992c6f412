// What arrived meanwhile goes into the table that is shown, without taking away what somebody reads or has ticked.
import { keyOf } from "./page";

/**
 * Put the newest page on top of `body`: rows that have not changed stay the elements they are, changed ones are replaced, new ones come in.
 * Returns how many are new; null, and changes nothing, where the page and the table share no row, so that rows may lie between them.
 */
export function mergeNewest(table: HTMLTableElement, newest: readonly HTMLTableRowElement[], known: Map<string, HTMLTableRowElement>): number | null {
  const body = table.tBodies[0];
  if (!body || !newest.some((row) => known.has(keyOf(row)))) return null;
  let added = 0;
  let before: Element | null = body.firstElementChild;
  for (const fresh of newest) {
    const old = known.get(keyOf(fresh));
    if (!old) added += 1;
    const row = old && textOf(old) === textOf(fresh) ? old : replacement(fresh, old);
    if (row === before) {
      before = row.nextElementSibling;
      continue;
    }
    if (before === old) before = old?.nextElementSibling ?? before;
    if (old && old !== row) {
      const hadFocus = old.contains(document.activeElement);
      old.remove();
      body.insertBefore(row, before);
      if (hadFocus) row.querySelector<HTMLElement>("th a")?.focus();
    } else {
      moveBefore(body, row, before);
    }
    known.set(keyOf(row), row);
  }
  return added;
}

function moveBefore(body: Element, row: HTMLTableRowElement, before: Element | null): void {
  const focused = row.contains(document.activeElement) ? (document.activeElement as HTMLElement) : null;
  body.insertBefore(row, before);
  focused?.focus({ preventScroll: true });
}

/** The fresh row, adopted, with the tick of the old one. */
function replacement(fresh: HTMLTableRowElement, old: HTMLTableRowElement | undefined): HTMLTableRowElement {
  const row = document.adoptNode(fresh);
  const [is, was] = [row, old].map((each) => each?.querySelector<HTMLInputElement>('input[type="checkbox"]'));
  if (is && was) is.checked = was.checked;
  if (!old) row.classList.add("arrived");
  return row;
}

const textOf = (row: Element): string => row.innerHTML + row.classList.contains("failed");

// One page of rows as the server made it: rows come as HTML of its templates alone, and what spans say is text there.

export type RowsPage = {
  /** The element that stands for the table; null where the server shows none. */
  table: HTMLTableElement | null;
  rows: HTMLTableRowElement[];
  /** The address of the older rows; null where there are none. */
  next: string | null;
  /** What the server shows instead of rows, or around them. */
  place: HTMLElement | null;
};

export function rowsIn(root: ParentNode): RowsPage {
  const place = root.querySelector<HTMLElement>('[data-island="rows"]');
  const table = place?.querySelector<HTMLTableElement>("table.rows") ?? null;
  return {
    place,
    table,
    rows: [...(table?.querySelectorAll<HTMLTableRowElement>("tbody > tr") ?? [])],
    next: place?.querySelector('a[rel="next"]')?.getAttribute("href") ?? null,
  };
}

/** Fetch the page of an address; throws where the server refuses it. */
export async function fetchRows(address: string, signal?: AbortSignal): Promise<RowsPage> {
  const answer = await fetch(address, { headers: { accept: "text/html" }, ...(signal ? { signal } : {}) });
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
  return rowsIn(new DOMParser().parseFromString(await answer.text(), "text/html"));
}

/** What tells a row from others: the address that its first link leads to. */
export const keyOf = (row: Element): string => row.querySelector("th a")?.getAttribute("href") ?? "";

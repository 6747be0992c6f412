import { beforeEach, expect, test } from "vitest";
import { mergeNewest } from "../src/rows/merge";
import { keyOf } from "../src/rows/page";

const html = (id: string, text = "same") =>
  `<tr><td><input type="checkbox"></td><th><a href="/row?id=${id}">${id}</a></th><td>${text}</td></tr>`;

function rows(...each: string[]): HTMLTableRowElement[] {
  const table = document.createElement("table");
  table.innerHTML = `<tbody>${each.join("")}</tbody>`;
  return [...table.rows];
}

let table: HTMLTableElement;
let known: Map<string, HTMLTableRowElement>;

beforeEach(() => {
  document.body.innerHTML = `<table><tbody>${html("c")}${html("b")}${html("a")}</tbody></table>`;
  table = document.querySelector("table")!;
  known = new Map([...table.rows].map((row) => [keyOf(row), row]));
});

const ids = () => [...table.rows].map((row) => row.querySelector("a")!.textContent);

test("new rows come on top and the others stay the elements they are", () => {
  const before = [...table.rows];

  expect(mergeNewest(table, rows(html("d"), html("c"), html("b"), html("a")), known)).toBe(1);

  expect(ids()).toEqual(["d", "c", "b", "a"]);
  expect([...table.rows].slice(1)).toEqual(before);
});

test("a row that changed comes on top with its tick", () => {
  table.rows[2]!.querySelector("input")!.checked = true;

  expect(mergeNewest(table, rows(html("a", "other"), html("c"), html("b")), known)).toBe(0);

  expect(ids()).toEqual(["a", "c", "b"]);
  expect(table.rows[0]!.querySelector("input")!.checked).toBe(true);
  expect(table.rows[0]!.textContent).toContain("other");
});

test("the focus stays on a row that changed", () => {
  table.rows[1]!.querySelector("a")!.focus();

  mergeNewest(table, rows(html("b", "other"), html("c"), html("a")), known);

  expect(document.activeElement?.textContent).toBe("b");
});

test("where rows may lie between, nothing is merged", () => {
  expect(mergeNewest(table, rows(html("z"), html("y")), known)).toBeNull();
  expect(ids()).toEqual(["c", "b", "a"]);
});

import { afterEach, expect, test, vi } from "vitest";
import { mountIslands, type Mount } from "../src/islands";

afterEach(() => {
  document.body.innerHTML = "";
  vi.restoreAllMocks();
});

function island(html: string): HTMLElement {
  document.body.innerHTML = html;
  return document.querySelector<HTMLElement>("[data-island]")!;
}

const named = (mount: Mount) => ({ known: async () => ({ mount }) });

test("an island is mounted with what the server says", async () => {
  const place = island(`<div data-island="known" data-props='{"a":[1]}'></div>`);
  const mount = vi.fn();

  await mountIslands(document, named(mount));

  expect(mount).toHaveBeenCalledWith(place, { a: [1] });
});

test("an island that fails leaves what the server rendered", async () => {
  const place = island(`<div data-island="known"><p>as before</p></div>`);
  const complain = vi.spyOn(console, "error").mockReturnValue();

  await mountIslands(document, named(() => { throw new Error("no"); }));

  expect(place.textContent).toBe("as before");
  expect(complain).toHaveBeenCalledOnce();
});

test("an island without a module is told and left", async () => {
  island(`<div data-island="other"></div>`);
  const complain = vi.spyOn(console, "error").mockReturnValue();

  await mountIslands(document, {});

  expect(complain).toHaveBeenCalledOnce();
});

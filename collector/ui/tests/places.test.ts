import { expect, test } from "vitest";
import { placesOf } from "../src/keys/places";

test("each link has a letter of its own, and g stays the prefix", () => {
  document.body.innerHTML = ["otel-bridge", "Logs", "Review", "Prompts", "Datasets", "Dashboards", "Groups"]
    .map((label) => `<a href="/${label}">${label}</a>`)
    .join("");

  const places = placesOf(document.querySelectorAll("a"));

  expect(places.map(({ key }) => key).join("")).toBe("hlrpdao");
  expect(places[0]!.label).toBe("all projects");
});

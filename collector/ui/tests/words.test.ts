import { expect, test } from "vitest";
import { proposalsAt } from "../src/filter/words";

const FIELDS = { "metadata.plan": ["'gold'", "'free'"], "metadata.user_id": ["'1234'"], error: [] };
const at = (text: string) => proposalsAt(text, text.length, FIELDS).map((each) => each.text);

test.each([
  ["", ["metadata.plan", "metadata.user_id", "error"]],
  ["meta", ["metadata.plan", "metadata.user_id"]],
  ["plan", ["metadata.plan"]],
  ["metadata.plan ", ["=", "!=", ">", ">=", "<", "<=", "ILIKE", "IS NULL", "IS NOT NULL", "includes"]],
  ["error IS ", ["IS NULL", "IS NOT NULL"]],
  ["error IS NULL ", ["and", "or"]],
  ["metadata.plan = ", ["'gold'", "'free'"]],
  ["metadata.plan = 'f", ["'free'"]],
  ["metadata.plan = 'gold' ", ["and", "or"]],
  ["metadata.plan = 'gold' and err", ["error"]],
  ["error = 'meta plan", []],
])("behind %j is proposed what fits", (text, expected) => {
  expect(at(text)).toEqual(expected);
});

test("a proposal takes the place of what was typed", () => {
  expect(proposalsAt("error = 1 and metadata.u", 24, FIELDS)[0]).toMatchObject({ text: "metadata.user_id", from: 14, to: 24 });
});

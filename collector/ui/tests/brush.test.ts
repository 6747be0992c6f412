import { expect, test } from "vitest";
import { addressOf, said, stepsOf, stretchOf } from "../src/brush/stretch";

const HOUR = 3_600_000;
const BEGIN = Date.parse("2026-01-31T00:00:00Z");
const AXIS = { begin: BEGIN, end: BEGIN + 10 * HOUR, step: HOUR };

test("a stretch has all of each number that is in it", () => {
  expect(stretchOf(AXIS, 0.15, 0.45)).toEqual({ from: BEGIN + 2 * HOUR, until: BEGIN + 5 * HOUR });
});

test("it is the same from right to left", () => {
  expect(stretchOf(AXIS, 0.45, 0.15)).toEqual(stretchOf(AXIS, 0.15, 0.45));
});

test("places of numbers are in it, the last with its own time", () => {
  expect(stretchOf(AXIS, 0.3, 1)).toEqual({ from: BEGIN + 3 * HOUR, until: BEGIN + 11 * HOUR });
});

test("between two numbers it is the one before", () => {
  expect(stretchOf(AXIS, 0.32, 0.38)).toEqual({ from: BEGIN + 3 * HOUR, until: BEGIN + 4 * HOUR });
});

test("beyond the chart it ends with it", () => {
  expect(stretchOf(AXIS, -3, 7)).toEqual({ from: BEGIN, until: BEGIN + 11 * HOUR });
});

test("one number alone makes no step", () => {
  expect(stepsOf({ ...AXIS, end: BEGIN })).toBe(0);
});

test("the address keeps what else is asked for, and no range", () => {
  const href = addressOf("http://127.0.0.1/app/local/p/shop/monitor?since=7d&by=metadata.model", stretchOf(AXIS, 0, 0));

  expect(href).toBe(
    "http://127.0.0.1/app/local/p/shop/monitor?by=metadata.model&from=2026-01-31T00%3A00%3A00&until=2026-01-31T01%3A00%3A00",
  );
});

test("a time is written in UTC", () => {
  expect(said(BEGIN)).toBe("2026-01-31 00:00:00");
});

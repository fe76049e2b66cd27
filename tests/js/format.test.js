import assert from "node:assert/strict";
import { test } from "node:test";
import {
  formatAgo,
  formatClock,
  formatHalf,
  formatInt,
  formatMetric,
  formatNumber,
  formatPercent,
  formatRange,
  formatSigned,
  formatSize,
  initials,
  oneLine,
  plural,
  withoutOptions,
} from "../../assets/js/lib/format.js";

test("plurals agree with their number", () => {
  assert.equal(plural(1, "pair"), "1 pair");
  assert.equal(plural(0, "pair"), "0 pairs");
  assert.equal(plural(12000, "query", "queries"), "12,000 queries");
});

test("clocks show hours only where there are some", () => {
  assert.equal(formatClock(0), "0:00");
  assert.equal(formatClock(65.4), "1:05");
  assert.equal(formatClock(3600), "1:00:00");
  assert.equal(formatClock(3725), "1:02:05");
  assert.equal(formatClock(-3), "0:00");
  assert.equal(formatClock(null), "–");
});

test("times that passed are in the largest whole unit", () => {
  const now = Date.UTC(2026, 10, 28, 12);
  const ago = (/** @type {number} */ seconds) => formatAgo(now / 1000 - seconds, now);
  assert.equal(ago(1), "now");
  assert.equal(ago(59), "59 s ago");
  assert.equal(ago(180), "3 min ago");
  assert.equal(ago(5400), "1 h ago");
  assert.equal(ago(7200), "2 h ago");
  assert.equal(ago(100000), "yesterday");
  assert.equal(ago(10 * 86400), "18 Nov");
});

test("numbers that are missing are a dash", () => {
  assert.equal(formatInt(undefined), "–");
  assert.equal(formatMetric(null), "–");
  assert.equal(formatPercent(1, 0), "–");
});

test("numbers", () => {
  assert.equal(formatInt(1234567.4), "1,234,567");
  assert.equal(formatMetric(0.12345), "0.123");
  assert.equal(formatPercent(1, 3), "33.3%");
  assert.equal(formatPercent(1, 3, 0), "33%");
  assert.equal(formatSigned(-0.0312), "−0.031");
  assert.equal(formatSigned(0.5, 2), "+0.50");
  assert.equal(formatSigned(-0.0004), "0.000");
  assert.equal(formatNumber(-0.04, 1), "0.0");
  assert.equal(formatNumber(-1.25, 1), "−1.3");
});

test("intervals, where they are known", () => {
  assert.equal(formatRange(-0.0312, 0.5), "−0.031 to +0.500");
  assert.equal(formatRange(null, null), "–");
  assert.equal(formatHalf(0.4, 0.5), "± 0.050");
  assert.equal(formatHalf(null, null), "");
});

test("sizes", () => {
  assert.equal(formatSize(0), "0 kB");
  assert.equal(formatSize(10), "1 kB");
  assert.equal(formatSize(87_640_000), "87.6 MB");
  assert.equal(formatSize(1_234_000_000), "1.23 GB");
});

test("a long text is cut, on one line", () => {
  assert.equal(oneLine("a\n  b\tc"), "a b c");
  assert.equal(oneLine("abcdef", 3), "abc…");
});

test("initials of any script", () => {
  assert.equal(initials("Minh Tran"), "MT");
  assert.equal(initials("örjan"), "Ö");
  assert.equal(initials("𝒜da Byron King"), "𝒜B".slice(0, 2).toUpperCase());
  assert.equal(initials(""), "");
});

test("options of the command line are left out on the page", () => {
  const sentence = "Labels from 2 on are relevant (--relevant-from 2).";
  assert.equal(withoutOptions(sentence), "Labels from 2 on are relevant.");
  assert.equal(withoutOptions("Choose it (--scale, --max-grade) or (not)."), "Choose it or (not).");
});

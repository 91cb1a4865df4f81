// Numbers, texts and views as the page shows them. No browser is needed.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  cutMiddle,
  difference,
  figure,
  firstElement,
  grouped,
  isCut,
  oneLine,
  percent,
  pieces,
  stretches,
} from "../../native/report/src/html/text.js";
import { causeWords, typeKind } from "../../native/report/src/html/words.js";
import { fragmentOf, named, viewOf } from "../../native/report/src/html/state.js";
import { HOSTILE } from "./pages.mjs";

test("numbers are grouped, exact ones too, and shares never round to nothing", () => {
  assert.equal(grouped(1234567), "1,234,567");
  assert.equal(grouped(999), "999");
  assert.equal(figure("-12345678901234567890.125"), "-12,345,678,901,234,567,890.125");
  assert.equal(figure("1e-7"), "1e-7");
  assert.equal(percent(1e-9), "<0.001 %");
  assert.equal(percent(0.999999999), ">99.999 %");
  assert.equal(percent(0.5), "50.000 %");
});

test("what is unseen is shown as an escape", () => {
  assert.equal(oneLine("a\n\u202eb\u0000"), "a\\n\\u{202e}b\\0");
  assert.equal(oneLine("\ud800x"), "\\u{d800}x");
  assert.deepEqual(pieces("a\n\tb"), ["a", "\\n\\t", "b"]);
  for (const text of HOSTILE) assert.doesNotMatch(pieces(text).join(""), /[\p{Cc}\p{Cf}\p{Cs}]/u);
});

test("a cut splits no character", () => {
  const text = "😀".repeat(50);
  for (let length = 3; length < 40; length += 1) {
    assert.ok(cutMiddle(text, length).length <= length + 2);
    assert.doesNotMatch(cutMiddle(text, length), /\p{Cs}/u);
  }
  assert.equal(cutMiddle("short", 10), "short");
});

test("the difference of two texts is what is not common at both ends", () => {
  assert.deepEqual(difference("abcd", "abXd"), { before: 2, after: 1 });
  assert.deepEqual(difference("aa", "aaa"), { before: 2, after: 0 });
  assert.deepEqual(difference("😀", "😁"), { before: 0, after: 0 });
});

test("stretches put together are both texts", () => {
  for (const [left, right] of [
    ["kitten", "sitting"],
    ["", "a"],
    ["abc", "abc"],
    ["a😀b", "a😁b"],
    ["x".repeat(600), "y".repeat(700)],
  ]) {
    const all = stretches(left, right);
    assert.equal(
      all
        .filter(([kind]) => kind <= 0)
        .map(([, text]) => text)
        .join(""),
      left,
    );
    assert.equal(
      all
        .filter(([kind]) => kind >= 0)
        .map(([, text]) => text)
        .join(""),
      right,
    );
  }
});

test("the first element that differs is named by its place", () => {
  assert.deepEqual(firstElement("[1,2,3]", "[1,5,3]"), { place: "[1]", left: "2", right: "5" });
  assert.deepEqual(firstElement("[1]", "[1,null]"), { place: "[1]", left: "nothing", right: "null" });
  assert.deepEqual(firstElement('{"a":[1]}', '{"a":[2]}'), { place: '["a"][0]', left: "1", right: "2" });
  assert.equal(firstElement("[1", "[2]"), null);
});

test("a value that was cut is known", () => {
  assert.equal(isCut(`${"x".repeat(64)}… (70000 characters)`), true);
  assert.equal(isCut("70 … (7 characters)"), false);
});

test("causes are said in words, also unknown ones", () => {
  const words = { causes: { "time_shift:+2h": "2h later" }, columns: [] };
  assert.equal(causeWords(words, "time_shift:+2h"), "2h later");
  assert.equal(causeWords(words, "constructor"), "constructor");
  assert.equal(typeKind("decimal(18,2)"), "decimal");
});

test("a view comes back from its fragment, whatever the names in it", () => {
  for (const name of HOSTILE.slice(0, -1)) {
    const view = viewOf(
      fragmentOf({ .../** @type {any} */ (viewOf("#view=")), column: named(name), q: name, rq: name }),
    );
    assert.equal(view?.column, named(name).replaceAll("\ud800", "\ufffd"));
    assert.equal(view?.q, name);
  }
  assert.equal(viewOf("#columns"), null);
  assert.equal(named(""), "~");
  assert.equal(viewOf("#__proto__=x&q=y")?.q, "y");
});

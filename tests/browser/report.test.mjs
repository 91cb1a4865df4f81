// The page in Chromium: what an engineer and an analyst do with it, on results of every kind.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, afterEach, before, test } from "node:test";
import { Browser } from "./browser.mjs";
import { csv } from "../../native/report/src/html/quote.js";
import { PAGES } from "./pages.mjs";

/** @type {Browser} */
let browser;
before(async () => {
  browser = await Browser.launch();
});
after(() => browser.close());
afterEach(() => browser.closePages());

/** Names in the table of columns that are in view, in their order. */
const names = (page) =>
  page.$$eval(".columns-table tbody tr:not(.spacer) button.open", (all) => all.map((button) => button.textContent));
const numbers = (page) =>
  page.$$eval(".columns-table tbody tr:not(.spacer) td.col-changed", (all) =>
    all.map((cell) => Number(cell.textContent.replaceAll(",", ""))),
  );
const status = (page, part = "#columns") => page.textContent(`${part} .status`);
const clipboard = (page) => page.evaluate(() => navigator.clipboard.readText());

/** Nothing went wrong on a page, and nothing was refused. */
async function isClean(page) {
  assert.deepEqual(page.problems, []);
  assert.deepEqual(await page.evaluate(() => window.violations), []);
  assert.equal(await page.evaluate(() => window.pwned), undefined);
}

for (const name of Object.keys(PAGES)) {
  test(`${name}: opens without an error, a request or a violation, as wide as the window`, async () => {
    const page = await browser.open(name);
    assert.equal(await page.getAttribute("html", "data-ready"), "");
    assert.match(await page.textContent("h1"), /Equal|Different/);
    for (const width of [360, 1400, 3840]) {
      await page.setViewportSize({ width, height: 900 });
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${width} px`);
    }
    await isClean(page);
  });
}

test("wide: an opened column is as wide as the window, and first in view where it is narrow", async () => {
  for (const name of ["quince_0016", "alder_0020", "ironwood_0008"]) {
    const page = await browser.open("wide", { fragment: `#column=${name}`, viewport: { width: 360, height: 800 } });
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), name);
    assert.ok(await page.evaluate(() => Math.abs(document.getElementById("detail").getBoundingClientRect().top) < 100));
  }
});

test("sizes stay within their bounds", () => {
  assert.ok(browser.file("wide").bytes <= 2_000_000);
  assert.ok(browser.file("huge").bytes <= 15_000_000);
});

for (const [name, width, changed] of [
  ["small", 3, 3],
  ["wide", 200, 50],
  ["huge", 5000, 1250],
]) {
  test(`${name}: columns are searched, sorted, filtered and opened`, async () => {
    const page = await browser.open(name);
    const count = (number) => number.toLocaleString("en-US");
    assert.match(await status(page), new RegExp(`^${count(changed)} of ${count(width)} columns\\.`));
    const sorted = await numbers(page);
    assert.deepEqual(
      sorted,
      [...sorted].sort((a, b) => b - a),
    );
    if (changed < width) {
      await page.uncheck("#columns .check input");
      assert.match(await status(page), new RegExp(`^${count(width)} of `));
    }
    await page.click("#columns th.col-name button");
    const byName = await names(page);
    assert.deepEqual(byName, [...byName].sort());
    assert.equal(await page.getAttribute("#columns th.col-name", "aria-sort"), "ascending");
    await page.click("#columns th.col-name button");
    assert.equal(await page.getAttribute("#columns th.col-name", "aria-sort"), "descending");
    await page.fill("#columns input[type=search]", "ALDER_0000");
    await page.waitForFunction(() => document.querySelector("#columns .status").textContent.startsWith("1 of "));
    assert.deepEqual(await names(page), ["alder_0000"]);
    await page.click("#columns tbody button.open");
    assert.equal(await page.textContent("#detail h3"), "alder_0000");
    const parts = await page.$$eval("#detail h4", (all) => all.map((heading) => heading.textContent));
    assert.deepEqual(parts, [
      "Causes",
      "How far values moved",
      ...parts.filter((part) => part === "Most frequent changes"),
      "Samples",
    ]);
    await page.click("#columns button:has-text('Reset')");
    await page.selectOption("#columns select >> nth=0", "string");
    const types = await page.$$eval(".columns-table tbody td.col-type", (all) => all.map((cell) => cell.textContent));
    assert.ok(types.every((type) => type.includes("string")));
    await page.selectOption("#columns select >> nth=0", "");
    await page.selectOption("#columns select >> nth=2", "0.01");
    assert.ok((await numbers(page)).every((number) => number >= 50_000));
    await isClean(page);
  });
}

test("wide: a cause filters columns, and a cause of a column leads to its rows", async () => {
  const page = await browser.open("wide");
  await page.selectOption("#columns select >> nth=1", "case");
  assert.match(await status(page), /^\d+ of 200 columns/);
  await page.click("#columns tbody button.open >> nth=0");
  const name = await page.textContent("#detail h3");
  await page.click("#detail section:has-text('Causes') th button:has-text('upper and lower case')");
  assert.match(
    await status(page, "#rows"),
    /^The first 1,000 of 51,234 changed rows, in key order\. \d+ of them match the filter\.$/,
  );
  const first = await page.textContent("#rows tbody th.row-column >> nth=0");
  assert.equal(first, name);
});

test("wide: a changed row shows its changed cells side by side, its unchanged columns by name when they are opened", async () => {
  const page = await browser.open("wide", { fragment: "#rows=changed" });
  assert.match(await page.textContent("#rows tr.row-head"), /id = 0.*6 changed/);
  assert.equal(await page.$$eval("#rows tr.row-names", (all) => all.length), 0);
  await page.click("#rows button:has-text('194 unchanged columns') >> nth=0");
  assert.ok((await page.$$eval("#rows tr.row-names bdi", (all) => all.length)) > 50);
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "194 unchanged columns");
  await page.fill("#rows .search input", "id that is nowhere");
  await page.waitForFunction(() => document.querySelector("#rows .status").textContent.includes(" 0 of them match"));
});

test("small: rows of one side, duplicate keys and their totals", async () => {
  const page = await browser.open("small");
  await page.click("#rows .tab:has-text('Only left 12,345')");
  assert.equal(await status(page, "#rows"), "The first 25 of 12,345 rows that are only left, in key order.");
  await page.click("#rows button:has-text('All 3 values') >> nth=0");
  assert.deepEqual(
    await page.$$eval("#rows th.row-column:not(thead th)", (all) => all.map((cell) => cell.textContent)),
    ["alder_0000", "birch_0001", "cedar_0002"],
  );
  await page.click("#rows .tab:has-text('Only right')");
  assert.equal(await status(page, "#rows"), "All 25 rows that are only right, in key order.");
  await page.click("#rows .tab:has-text('Duplicate keys')");
  assert.match(await page.textContent("#rows tr.row-head"), /id = 100.*2 rows on the left/);
});

test("samples: without rows the samples of the document are shown, and it is said", async () => {
  const page = await browser.open("samples");
  assert.match(
    await status(page, "#rows"),
    /^The first 20 of 51,234 changed rows, in key order\. The report was made from the document alone, which has samples\.$/,
  );
  assert.ok((await page.$$eval("#rows td.value.left", (all) => all.length)) > 5);
});

test("small: rows are downloaded as CSV, as they are filtered", async () => {
  const page = await browser.open("small");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.click("button:has-text('Download as CSV')"),
  ]);
  assert.equal(download.suggestedFilename(), "changed-rows.csv");
  const lines = readFileSync(await download.path(), "utf8")
    .replace("\uFEFF", "")
    .trim()
    .split("\r\n");
  assert.equal(lines[0], "id,column,left,right,cause");
  assert.ok(lines.length > 25 && lines.some((line) => line.startsWith("21,alder_0000,")));
});

/** The file that a page offers of the rows that it shows; the one value that no page shows whole is short. */
async function downloaded(page) {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.click("button:has-text('Download as CSV')"),
  ]);
  return shortened(readFileSync(await download.path(), "utf8").replace("\uFEFF", ""));
}
const shortened = (text) => text.replaceAll(/x{64,}(… \(100000 characters\))?/g, "xx");

for (const name of ["wide", "hostile"]) {
  test(`${name}: every row of each kind is in the page, with the values it was made of`, async () => {
    const { document, rows } = PAGES[name]();
    const page = await browser.open(name);
    const keys = document.keys.map((key) => key.left);
    const names = document.columns.map((column) => column.name);
    for (const kind of ["only_left", "only_right"]) {
      await page.click(`#rows .tab[data-kind=${kind}]`);
      const lines = rows[kind].rows.map((row) => [...row.key, ...row.values]);
      assert.equal(await downloaded(page), shortened(csv([[...keys, ...names], ...lines])));
    }
    await page.click("#rows .tab[data-kind=changed]");
    const lines = rows.changed.rows.flatMap(({ key, cells }) =>
      cells.map(({ column, left, right, cause }) => [...key, names[column], left, right, cause]),
    );
    const header = [...keys, "column", "left", "right", "cause"];
    assert.equal(await downloaded(page), shortened(csv([header, ...lines])));
  });
}

test("wide: the counts of the picture lead to their rows, and a slash to the search in view", async () => {
  const page = await browser.open("wide");
  await page.keyboard.press("/");
  await page.keyboard.type("oak/");
  assert.equal(await page.inputValue("#columns .search input"), "oak/");
  await page.click("#picture .kind-right button");
  assert.match(await status(page, "#rows"), /rows that are only right/);
  assert.ok(await page.evaluate(() => document.getElementById("rows").getBoundingClientRect().top < innerHeight / 2));
  await page.keyboard.press("/");
  assert.ok(await page.evaluate(() => document.activeElement.matches("#rows .search input")));
  assert.equal(await page.inputValue("#rows .search input"), "");
  await isClean(page);
});

test("small: a row is copied as SQL, PySpark and a comparison", async () => {
  const page = await browser.open("small", { fragment: "#rows=changed" });
  await page.click("#rows button:has-text('Query') >> nth=1");
  const offers = await page.$$eval("#query pre", (all) => all.map((pre) => pre.textContent));
  assert.match(
    offers[0],
    /^SELECT 'left' AS side, `id`, .* FROM parquet\.`\/lake\/orders\/2026-01-30` WHERE `id` = '7'\nUNION ALL\n/,
  );
  assert.match(offers[1], /spark\.read\.parquet\('\/lake\/orders\/2026-01-31'\)/);
  assert.match(
    offers[2],
    /^parity compare \/lake\/orders\/2026-01-30 \/lake\/orders\/2026-01-31 --key=id --column=alder_0000 .*--where='\(day >= /,
  );
  await page.click("#query button[data-copy=SQL]");
  assert.equal(await clipboard(page), offers[0]);
  await page.keyboard.press("Escape");
  assert.equal(await page.$eval("#query", (dialog) => dialog.open), false);
  await isClean(page);
});

test("small: both values of a cell are shown whole, with the characters that changed", async () => {
  const page = await browser.open("small", { fragment: "#rows=changed" });
  await page.click("#rows button:has-text('Whole') >> nth=0");
  assert.equal(await page.$$eval("#whole pre", (all) => all.length), 2);
  assert.ok((await page.$$eval("#whole mark", (all) => all.length)) > 0);
});

test("wide: the first element of an array that differs is named", async () => {
  const page = await browser.open("wide", { fragment: "#column=ironwood_0008" });
  assert.match(await page.textContent("#detail .element >> nth=0"), /^first at \[4\]$/);
});

test("wide: a link shows a colleague the same view, and back goes back", async () => {
  const page = await browser.open("wide");
  await page.selectOption("#columns select >> nth=0", "string");
  await page.click("#columns tbody button.open >> nth=2");
  const opened = await page.textContent("#detail h3");
  await page.click("#columns button:has-text('Copy link to this view')");
  const link = await clipboard(page);
  const other = await browser.open("wide", { fragment: new URL(link).hash });
  assert.equal(await other.textContent("#detail h3"), opened);
  assert.deepEqual(await names(other), await names(page));
  assert.equal(await other.inputValue("#columns select >> nth=0"), "string");
  await page.goBack();
  assert.equal(await page.isVisible("#detail"), false);
  await isClean(other);
});

test("wide: the keyboard opens a column, moves between them and closes", async () => {
  const page = await browser.open("wide");
  await page.focus("#columns tbody button.open");
  for (let i = 0; i < 40; i += 1) await page.keyboard.press("ArrowDown");
  const name = await page.evaluate(() => document.activeElement.textContent);
  await page.keyboard.press("Enter");
  assert.equal(await page.textContent("#detail h3"), name);
  assert.equal(await page.evaluate(() => document.activeElement.tagName), "H3");
  await page.click("#detail .close");
  assert.equal(await page.isVisible("#detail"), false);
});

test("small: the theme is switched and kept, and follows the system otherwise", async () => {
  const paper = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const dark = await browser.open("small", { colorScheme: "dark" });
  const page = await browser.open("small");
  const light = await paper(page);
  assert.notEqual(await paper(dark), light);
  await page.click("#theme");
  assert.equal(await paper(page), light);
  await page.click("#theme");
  assert.equal(await paper(page), await paper(dark));
  await page.reload();
  await page.waitForSelector("html[data-ready]", { state: "attached" });
  assert.equal(await page.textContent("#theme"), "Theme: dark");
});

for (const name of ["wide", "huge"]) {
  test(`${name}: on paper every column that is shown stands, and in the page only those in view`, async () => {
    const page = await browser.open(name);
    const drawn = () => page.$$eval(".columns-table tbody tr:not(.spacer)", (all) => all.length);
    assert.ok((await drawn()) < 80);
    await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
    assert.equal(await drawn(), name === "wide" ? 50 : 1250);
    await page.evaluate(() => dispatchEvent(new Event("afterprint")));
    assert.ok((await drawn()) < 80);
  });
}

test("small: prints", async () => {
  const page = await browser.open("small");
  assert.ok((await page.pdf()).length > 10_000);
  await isClean(page);
});

test("equal and schema: the verdict, and what there is to say", async () => {
  const equal = await browser.open("equal");
  assert.equal((await equal.textContent("h1")).trim(), "= Equal");
  assert.equal(await equal.textContent(".reason"), "Both sides hold the same 1,000 rows in 13 columns.");
  assert.match(await equal.textContent("#rows"), /No row differs/);
  const schema = await browser.open("schema");
  assert.equal(await schema.textContent(".reason"), "All 1,000 rows agree, and only the schemas differ, in 3 columns.");
  assert.match(await schema.textContent("#schema"), /old_name.*new_name.*bigint/s);
});

test("keyless: rows of one side are found by their values", async () => {
  const page = await browser.open("keyless");
  assert.match(await page.textContent("#picture"), /Without keys both sides were compared as multisets/);
  await page.click("#rows button:has-text('Query') >> nth=0");
  assert.match(await page.textContent("#query pre"), /WHERE `alder_0000` (=|IS NULL)/);
});

test("masked: no value is shown, and nothing is copied by a masked key", async () => {
  const page = await browser.open("masked");
  await page.click("#columns tbody button.open >> nth=0");
  assert.match(await page.textContent("#detail"), /This column is masked/);
  assert.match(await page.textContent("#rows tr.row-head"), /id = \(masked\)/);
  await page.click("#rows button:has-text('Query') >> nth=0");
  assert.match(await page.textContent("#query"), /The key is masked/);
});

test("without scripts: the verdict, the counts, the schema and the list of columns are there", async () => {
  const page = await browser.open("wide", { javaScriptEnabled: false });
  assert.match(await page.innerText("h1"), /Different/);
  assert.match(await page.innerText("#picture"), /4,948,766/);
  assert.match(await page.innerText("#schema"), /channel_version/);
  assert.equal(await page.locator("#columns tbody tr").count(), 200);
  assert.match(await page.innerText("#making"), /fingerprint/);
});

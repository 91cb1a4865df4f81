// Hostile names and values run nothing, the policy holds even where somebody tampers with the file, and axe finds nothing
// serious.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, afterEach, before, test } from "node:test";
import { Browser } from "./browser.mjs";
import { HOSTILE, PAGES } from "./pages.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** @type {Browser} */
let browser;
before(async () => {
  browser = await Browser.launch();
});
after(() => browser.close());
afterEach(() => browser.closePages());

async function ranNothing(page) {
  assert.equal(await page.evaluate(() => window.pwned), undefined);
  assert.equal(await page.evaluate(() => document.querySelectorAll("script").length), 2);
  assert.equal(await page.evaluate(() => document.querySelectorAll("img, iframe, object, b[onclick]").length), 0);
}

test("hostile: every column, every kind of rows and every dialog shows text and runs nothing", async () => {
  const page = await browser.open("hostile");
  await page.uncheck("#columns .check input");
  const seen = new Set();
  const count = HOSTILE.length;
  for (let line = 0; line < count; line += 1) {
    await page.evaluate((line) => {
      const scroller = document.querySelector("#columns .scroller");
      scroller.scrollTop = line * 30;
    }, line);
    await page.waitForSelector(`#columns tr[aria-rowindex="${line + 2}"]`, { state: "attached" });
    await page.$eval(`#columns tr[aria-rowindex="${line + 2}"] button.open`, (button) => button.click());
    seen.add(await page.textContent("#detail h3"));
    const whole = await page.$("#detail button:has-text('Whole')");
    if (whole && line % 6 === 0) {
      await whole.click();
      await page.$eval("#whole", (dialog) => dialog.close());
    }
  }
  assert.equal(seen.size, count);
  for (const kind of ["only_left", "only_right", "duplicates", "changed"]) {
    await page.click(`#rows .tab[data-kind=${kind}]`);
    for (const button of (await page.$$("#rows button[data-toggle]")).slice(0, 2))
      await button.evaluate((button) => button.click());
    await page.click("#rows button:has-text('Query') >> nth=0");
    await page.$eval("#query", (dialog) => dialog.close());
  }
  await ranNothing(page);
  assert.deepEqual(page.problems, []);
  assert.deepEqual(await page.evaluate(() => window.violations), []);
});

test("hostile: without scripts the page is whole, too", async () => {
  const page = await browser.open("hostile", { javaScriptEnabled: false });
  assert.equal(await page.locator("#columns tbody tr").count(), HOSTILE.length);
  assert.match(await page.innerText("#making"), /<\/td>/);
});

test("hostile: fragments of an address run nothing", async () => {
  for (const fragment of [
    "#column=%3Cimg%20src=x%20onerror=window.pwned=1%3E",
    "#q=%22%3E%3Cscript%3Ewindow.pwned=1%3C/script%3E&type=%3Cb%3E&sort=-%3Cb%3E",
    "#column=__proto__&rows=constructor&sort=toString&share=x",
    "#column=~",
  ]) {
    const page = await browser.open("hostile", { fragment });
    assert.equal(await page.getAttribute("html", "data-ready"), "", fragment);
    await ranNothing(page);
    assert.deepEqual(page.problems, []);
  }
});

test("the policy holds in a file that somebody tampered with", async () => {
  const html = readFileSync(browser.file("small").path, "utf8");
  const added =
    '<script>window.pwned = 1</script><img src="https://example.invalid/x.png" onerror="window.pwned = 2"><a id="js" href="javascript:window.pwned = 3">x</a><style>body { display: none }</style><p style="position: fixed">x</p><iframe src="https://example.invalid/"></iframe>';
  const path = browser.keep("tampered.html", html.replace("<main>", `${added}<main>`));
  const page = await browser.open(path);
  await page.$eval("#js", (link) => link.click());
  assert.equal(await page.evaluate(() => window.pwned), undefined);
  assert.notEqual(await page.evaluate(() => getComputedStyle(document.body).display), "none");
  const refused = await page.evaluate(() => [...new Set(window.violations.map((text) => text.split(":")[0]))].sort());
  for (const directive of ["frame-src", "img-src", "script-src-elem", "style-src-attr", "style-src-elem"])
    assert.ok(refused.includes(directive), `${directive} in ${refused}`);
  assert.equal(
    page.problems.filter((problem) => problem.startsWith("request:") && !problem.includes("example.invalid")).length,
    0,
  );
});

test("a script that was changed does not run", async () => {
  const html = readFileSync(browser.file("small").path, "utf8");
  const path = browser.keep("changed.html", html.replace('"use strict";', '"use strict"; window.pwned = 1;'));
  const page = await browser.open(path, { wait: false });
  await page.waitForTimeout(200);
  assert.equal(await page.evaluate(() => window.pwned), undefined);
  assert.equal(await page.getAttribute("html", "data-ready"), null);
  assert.match(await page.innerText("h1"), /Different/);
});

test("a payload that was damaged leaves the plain list of columns", async () => {
  const html = readFileSync(browser.file("small").path, "utf8");
  const path = browser.keep("damaged.html", html.replace(/id="payload">.{200}/, 'id="payload">'));
  const page = await browser.open(path);
  assert.equal(await page.getAttribute("html", "data-ready"), "failed");
  assert.equal(await page.locator("#columns-app tbody tr").count(), 3);
});

/** What axe finds that is serious. */
async function serious(page) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return violations
    .filter(({ impact }) => ["serious", "critical"].includes(impact))
    .map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 200)} ${nodes[0].failureSummary?.slice(0, 300)}`);
}

for (const [name, scheme, fragment] of [
  ["small", "light", ""],
  ["small", "dark", ""],
  ["wide", "light", "#column=alder_0020"],
  ["wide", "dark", "#column=quince_0016&rows=only_left"],
  ["equal", "light", ""],
  ["schema", "dark", ""],
  ["keyless", "light", ""],
  ["masked", "light", ""],
  ["hostile", "dark", ""],
]) {
  test(`axe finds nothing serious: ${name}, ${scheme}${fragment}`, async () => {
    assert.ok(name in PAGES);
    const page = await browser.open(name, { fragment, colorScheme: scheme });
    assert.deepEqual(await serious(page), []);
  });
}

test("axe finds nothing serious in dialogs", async () => {
  const page = await browser.open("small");
  await page.click("#rows button:has-text('Query') >> nth=0");
  assert.deepEqual(await serious(page), []);
  await page.keyboard.press("Escape");
  await page.click("#rows button:has-text('Whole') >> nth=0");
  assert.deepEqual(await serious(page), []);
});

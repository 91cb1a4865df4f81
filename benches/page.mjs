// How quickly report.html is made, opened, filtered and scrolled, in Chromium.
//
//     cargo build --release -p parity-drivers --bin render && (cd tests/browser && npm ci)
//     PARITY_RENDER="$CARGO_TARGET_DIR/release/render" node benches/page.mjs
//
// Each figure is the median of five. `interactive` counts from the start of the navigation to the moment at which every
// control answers; `filter` from a keystroke in the search to the table that follows from it, without the 60 ms that the
// page waits for a next keystroke; `longest task` is the longest time that the page was busy while it was scrolled from
// the top of all columns to the bottom and back.

import { Browser } from "../tests/browser/browser.mjs";

const RUNS = 5;
const BOUNDS = { wide: { rendering: 200, interactive: 500 }, huge: { rendering: 2000, interactive: 2000 } };

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const line = (name, what, value, bound, unit = "ms") =>
  console.log(
    `${name.padEnd(6)} ${what.padEnd(28)} ${value.toLocaleString("en-US", { maximumFractionDigits: 1 }).padStart(12)} ${unit}${bound ? `   (at most ${bound.toLocaleString("en-US")})` : ""}${bound && value > bound ? "   EXCEEDED" : ""}`,
  );

/** Scrolls a table down and up again, and gives the longest task of the page meanwhile. */
function scrolled(selector) {
  return new Promise((resolve) => {
    const scroller = document.querySelector(selector);
    let longest = 0;
    const observer = new PerformanceObserver((list) =>
      list.getEntries().forEach((entry) => (longest = Math.max(longest, entry.duration))),
    );
    observer.observe({ entryTypes: ["longtask"] });
    let frames = 0;
    const step = () => {
      const end = scroller.scrollHeight - scroller.clientHeight;
      scroller.scrollTop = Math.abs(((frames * 5400) % (2 * end)) - end);
      void scroller.offsetHeight;
      frames += 1;
      requestAnimationFrame(() => {
        if (frames < 120) step();
        else
          setTimeout(() => {
            observer.disconnect();
            resolve(longest);
          }, 200);
      });
    };
    step();
  });
}

/** The milliseconds that a search takes, once the page has stopped waiting for the next keystroke. */
function searched({ selector, status, text }) {
  return new Promise((resolve) => {
    const input = document.querySelector(selector);
    input.value = text;
    input.dispatchEvent(new InputEvent("input", { bubbles: true }));
    const start = performance.now() + 60;
    const observer = new MutationObserver(() => {
      observer.disconnect();
      void document.body.offsetHeight;
      resolve(Math.max(0, performance.now() - start));
    });
    observer.observe(document.querySelector(status), { childList: true, characterData: true, subtree: true });
  });
}

const browser = await Browser.launch();
for (const [name, bounds] of Object.entries(BOUNDS)) {
  const { bytes, seconds } = browser.file(name);
  line(name, "size", bytes, name === "wide" ? 2_000_000 : 15_000_000, "B ");
  line(name, "rendering", seconds * 1000, bounds.rendering);
  const figures = { interactive: [], columns: [], rows: [], longest: [], rowsLongest: [] };
  for (let run = 0; run < RUNS; run += 1) {
    const page = await browser.open(name, { fragment: "#all=1" });
    figures.interactive.push(await page.evaluate(() => performance.getEntriesByName("ready")[0].startTime));
    // The texts of rows are made ready for searches in the background.
    await page.waitForTimeout(1500);
    figures.columns.push(
      await page.evaluate(searched, {
        selector: "#columns input[type=search]",
        status: "#columns .status",
        text: `alder_${run}`,
      }),
    );
    figures.rows.push(
      await page.evaluate(searched, { selector: "#rows .search input", status: "#rows .status", text: `maple ${run}` }),
    );
    await page.click("#columns button:has-text('Reset')");
    await page.uncheck("#columns .check input");
    figures.longest.push(await page.evaluate(scrolled, "#columns .scroller"));
    await page.click("#rows button:has-text('Reset')");
    figures.rowsLongest.push(await page.evaluate(scrolled, "#rows .scroller"));
    await browser.closePages();
  }
  line(name, "interactive", median(figures.interactive), bounds.interactive);
  line(name, "filter of columns", median(figures.columns), 50);
  line(name, "filter of rows", median(figures.rows), 50);
  line(name, "longest task, columns", median(figures.longest), 50);
  line(name, "longest task, rows", median(figures.rowsLongest), 50);
}
console.log("A longest task of 0 ms means that none took 50 ms, below which browsers do not report them.");
await browser.close();

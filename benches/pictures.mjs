// Photographs the report, the terminal and the notebook in Chromium; pictures.py calls it.
//
//     node benches/pictures.mjs FOLDER OUT     what pictures.py left in FOLDER, as PNG into OUT

import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Browser } from "../tests/browser/browser.mjs";

/** Bytes that a picture may have: documents are read over slow lines too. */
const MOST_BYTES = 300_000;

/** What a terminal shows for the eight colours, plain and bright, on a dark ground. */
const COLOURS = "#3b4048 #e06c75 #8fbf6f #d8b26a #6cb0f0 #c58adb #5dbcc6 #cfd4dc".split(" ");
const BRIGHT = "#7a818d #ff8f98 #a9d98a #f0cd86 #8fc8ff #dba6ee #7ed8e1 #ffffff".split(" ");

const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** One of the 256 colours of a terminal. */
function paletteColour(index) {
  if (index < 8) return COLOURS[index];
  if (index < 16) return BRIGHT[index - 8];
  const grey = 8 + (index - 232) * 10;
  if (index >= 232) return `rgb(${grey},${grey},${grey})`;
  const level = (place) => [0, 95, 135, 175, 215, 255][Math.floor((index - 16) / place) % 6];
  return `rgb(${level(36)},${level(6)},${level(1)})`;
}

/** A look after a sequence of its codes. */
function styled(style, codes) {
  const all = codes === "" ? [0] : codes.split(";").map(Number);
  let now = { ...style };
  while (all.length > 0) {
    const code = all.shift();
    const ground = code >= 40 && code < 50 ? "background" : "color";
    if (code === 0) now = {};
    else if (code === 1) now.bold = true;
    else if (code === 2) now.faint = true;
    else if (code === 3) now.italic = true;
    else if (code === 4) now.underlined = true;
    else if (code === 22) now.bold = now.faint = false;
    else if (code === 23) now.italic = false;
    else if (code === 24) now.underlined = false;
    else if (code === 39 || code === 49) now[ground] = undefined;
    else if ((code >= 30 && code <= 37) || (code >= 40 && code <= 47)) now[ground] = COLOURS[code % 10];
    else if (code >= 90 && code <= 97) now.color = BRIGHT[code - 90];
    else if (code >= 100 && code <= 107) now.background = BRIGHT[code - 100];
    else if ((code === 38 || code === 48) && all[0] === 5) now[ground] = paletteColour(all.splice(0, 2)[1]);
    else if ((code === 38 || code === 48) && all[0] === 2) now[ground] = `rgb(${all.splice(0, 4).slice(1).join()})`;
    else throw new Error(`no look for the code ${code}`);
  }
  return now;
}

/** What was written to a terminal, as HTML. Only colours and line ends are expected; anything else is an error. */
function terminalHtml(text) {
  let style = {};
  const parts = text.replaceAll("\r\n", "\n").split(/\x1b\[([\d;]*)m/);
  return parts
    .map((part, i) => {
      if (i % 2 === 1) {
        style = styled(style, part);
        return "";
      }
      if (/[\x00-\x09\x0b-\x1f]/.test(part)) throw new Error(`a terminal's code that is no colour: ${JSON.stringify(part)}`);
      const css = [
        style.color && `color:${style.color}`,
        style.background && `background:${style.background}`,
        style.bold && "font-weight:700",
        style.faint && "opacity:.65",
        style.italic && "font-style:italic",
        style.underlined && "text-decoration:underline",
      ].filter(Boolean);
      return css.length > 0 ? `<span style="${css.join(";")}">${escaped(part)}</span>` : escaped(part);
    })
    .join("");
}

const MONO = "'DejaVu Sans Mono', Menlo, Consolas, monospace";

function terminalPage({ command, columns }, text) {
  return `<!doctype html><meta charset="utf-8"><style>
body { margin: 0; background: #fff; }
.window { width: fit-content; border-radius: 8px; overflow: hidden; background: #1e2127; color: #cfd4dc; }
.bar { height: 30px; background: #2b2f37; display: flex; align-items: center; gap: 8px; padding: 0 12px; }
.bar i { width: 11px; height: 11px; border-radius: 50%; background: #4d535f; }
pre { margin: 0; padding: 12px 18px 18px; font: 13px/1.38 ${MONO}; width: ${columns + 1}ch; white-space: pre-wrap; overflow-wrap: anywhere; }
</style><div class="window" id="picture"><div class="bar"><i></i><i></i><i></i></div><pre><b>$ ${escaped(command)}</b>\n${terminalHtml(text)}</pre></div>`;
}

/** A cell and its output, with the rules that Jupyter's own style has for HTML in an output. */
function notebookPage({ cell, notebook }) {
  return `<!doctype html><meta charset="utf-8"><style>
body { margin: 0; background: #fff; font: 13px/1.5 system-ui, "DejaVu Sans", sans-serif; color: #212121; }
#picture { width: 980px; padding: 12px 16px 20px 0; }
.line { display: grid; grid-template-columns: 74px minmax(0, 1fr); margin-bottom: 10px; }
.prompt { color: #307fc1; font: 13px ${MONO}; text-align: right; padding: 7px 10px 0 0; }
.out .prompt { color: #bf5b3d; }
.code { border: 1px solid #e0e0e0; background: #f7f7f7; font: 13px/1.4 ${MONO}; padding: 6px 10px; white-space: pre; }
.rendered table { border: none; border-collapse: collapse; border-spacing: 0; font-size: 12px; margin-bottom: 1em; }
.rendered :is(td, th) { text-align: right; vertical-align: middle; padding: 0.5em; line-height: normal; white-space: normal; max-width: none; border: none; }
.rendered thead { border-bottom: 1px solid #bdbdbd; }
.rendered th { font-weight: bold; }
.rendered tbody tr:nth-child(odd) { background: #f5f5f5; }
</style><div id="picture">
<div class="line"><div class="prompt">[3]:</div><div class="code">${escaped(cell)}</div></div>
<div class="line out"><div class="prompt">[3]:</div><div class="rendered">${notebook}</div></div></div>`;
}

const [folder, out] = process.argv.slice(2);
if (!folder || !out) throw new Error("node benches/pictures.mjs FOLDER OUT");
const shown = JSON.parse(readFileSync(join(folder, "shown.json"), "utf8"));
const terminal = readFileSync(join(folder, "terminal.txt"), "utf8");
writeFileSync(join(folder, "terminal.html"), terminalPage(shown, terminal));
writeFileSync(join(folder, "notebook.html"), notebookPage(shown));
mkdirSync(out, { recursive: true });

const browser = await Browser.launch();
let failed = false;

/** Keeps a picture of a page, or of an element of it. */
async function keep(name, page, element = null, options = {}) {
  const path = join(out, `${name}.png`);
  if (element) await page.locator(element).screenshot({ path, ...options });
  else await page.screenshot({ path, ...options });
  const { size } = statSync(path);
  failed ||= size > MOST_BYTES;
  console.log(`${path}: ${size.toLocaleString("en-US")} bytes${size > MOST_BYTES ? ", more than a picture may have" : ""}`);
}

/** Opens the report as a reader's window shows it. */
const report = (fragment, options = {}) =>
  browser.open(join(folder, "report.html"), { fragment, viewport: { width: 1280, height: 1080 }, ...options });
const top = (page, selector) =>
  page.$eval(selector, (part) => scrollTo(0, part.getBoundingClientRect().top + scrollY - 60));

await keep("report", await report(""));
await keep("report-dark", await report("", { colorScheme: "dark" }));
const opened = await report("#column=amount");
await top(opened, "#columns");
await keep("report-column", opened);
const rows = await report("#rows=changed");
await top(rows, "#rows");
await keep("report-rows", rows);
for (const name of ["terminal", "notebook"]) {
  const page = await browser.open(join(folder, `${name}.html`), { wait: false, viewport: { width: 1400, height: 900 } });
  await keep(name, page, "#picture");
}
await browser.close();
process.exitCode = failed ? 1 : 0;

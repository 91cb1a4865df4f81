// A Chromium for the tests and the bench, and pages opened in it: offline, with everything that goes wrong kept.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { PAGES, render } from "./pages.mjs";

/** The first of these commands that is there. */
function executable() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  for (const name of ["chromium", "chromium-browser", "google-chrome"]) {
    try {
      return execFileSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).trim();
    } catch {
      // The next one.
    }
  }
  throw new Error("Chromium is missing: install it, or name it with CHROMIUM=…");
}

export class Browser {
  static async launch() {
    // A sandbox needs rights that containers seldom give; the pages come from this very test.
    const browser = await chromium.launch({
      executablePath: executable(),
      args: ["--no-sandbox", "--disable-dev-shm-usage"],
    });
    return new Browser(browser, mkdtempSync(join(tmpdir(), "pages-")));
  }

  constructor(browser, folder) {
    this.browser = browser;
    this.folder = folder;
    this.made = new Map();
    this.contexts = [];
  }

  /** The file of a page, made once. */
  file(name) {
    if (!this.made.has(name)) {
      const { html, seconds } = render(PAGES[name]());
      this.made.set(name, { path: this.keep(`${name}.html`, html), bytes: html.length, seconds });
    }
    return this.made.get(name);
  }

  keep(name, html) {
    const path = join(this.folder, name);
    writeFileSync(path, html);
    return path;
  }

  /** Opens a page by its name or its path. */
  async open(name, { fragment = "", wait = true, ...options } = {}) {
    const path = name.includes("/") ? name : this.file(name).path;
    const context = await this.browser.newContext({
      viewport: { width: 1400, height: 900 },
      acceptDownloads: true,
      ...options,
    });
    this.contexts.push(context);
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const page = await context.newPage();
    page.problems = [];
    page.on("pageerror", (error) => page.problems.push(`error: ${error.message}`));
    page.on("console", (message) => message.type() === "error" && page.problems.push(`console: ${message.text()}`));
    page.on("dialog", (dialog) => {
      page.problems.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on("request", (request) => {
      if (!/^(file|blob|data):/.test(request.url())) page.problems.push(`request: ${request.url()}`);
    });
    if (options.javaScriptEnabled !== false) {
      await page.addInitScript(() => {
        window.violations = [];
        addEventListener("securitypolicyviolation", (event) =>
          window.violations.push(`${event.violatedDirective}: ${event.blockedURI}`),
        );
      });
    }
    await page.goto(pathToFileURL(path).href + fragment);
    if (wait && options.javaScriptEnabled !== false)
      await page.waitForSelector("html[data-ready]", { state: "attached", timeout: 30_000 });
    return page;
  }

  async closePages() {
    for (const context of this.contexts.splice(0)) await context.close();
  }

  async close() {
    await this.browser.close();
    rmSync(this.folder, { recursive: true });
  }
}

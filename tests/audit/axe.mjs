// axe-core in Chromium over pages: {pages: [path], widths: [px], schemes: [light, dark], pictures: folder} in,
// [{rule, at, says}] out. What the browser itself complains of, such as a script that the page's policy refuses, is a
// finding too.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import chromium from "@sparticuz/chromium";
import puppeteer from "puppeteer-core";

const told = JSON.parse(readFileSync(0, "utf8"));
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const findings = [];

const browser = await puppeteer.launch({
  executablePath: await chromium.executablePath(),
  args: [...chromium.args, "--no-sandbox", "--single-process", "--no-zygote", "--allow-file-access-from-files"],
  headless: "shell",
});
const page = await browser.newPage();
let where = "";
const add = (rule, says) => findings.push({ rule, at: where, says });
page.on("console", (message) => message.type() === "error" && add("console", message.text()));
page.on("pageerror", (error) => add("script", String(error)));

for (const file of told.pages) {
  const name = basename(file, ".html");
  for (const width of told.widths) {
    for (const scheme of told.schemes) {
      where = `${name} ${width} ${scheme}`;
      await page.setViewport({ width, height: 900 });
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
      await page.goto(pathToFileURL(file).href);
      await page.evaluate(() => {
        for (const details of document.querySelectorAll("details")) details.open = true;
        document.querySelector("button.toggle")?.click(); // the first attendee
      });
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => axe.run({ resultTypes: ["violations"] }));
      for (const violation of violations) {
        for (const node of violation.nodes) {
          findings.push({ rule: violation.id, at: `${where} ${node.target.join(" ")}`, says: node.failureSummary });
        }
      }
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      if (wide > width) add("wider-than-the-window", `${wide} px`);
      if (told.pictures) await page.screenshot({ path: join(told.pictures, `${where.replaceAll(" ", "-")}.png`) });
    }
  }
}
await browser.close();
console.log(JSON.stringify(findings));

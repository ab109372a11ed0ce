// caniemail over mails: {pages: [path], clients: [glob]} in, [{rule, at, says}] out: each feature once for each client.
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { caniemail } from "caniemail";

const told = JSON.parse(readFileSync(0, "utf8"));
const found = new Map();
for (const page of told.pages) {
  const { issues } = caniemail({ clients: told.clients, html: readFileSync(page, "utf8") });
  for (const [client, unknown] of issues.errors) {
    for (const { title, notes, position } of unknown) {
      const says = [`first in ${basename(page)}, line ${position?.start.line}`, ...notes].join(": ");
      const key = `${title} ${client}`;
      if (!found.has(key)) found.set(key, { rule: title, at: client, says });
    }
  }
}
console.log(JSON.stringify([...found.values()]));

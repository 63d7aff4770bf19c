import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { attack } from "./attack.ts";
import { attacks } from "./attacks.ts";

const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== "--"),
  options: { seconds: { type: "string", default: "20" }, only: { type: "string" } },
});
const client = fileURLToPath(new URL("client.js", import.meta.url));

console.log("| a service that sends | the client | rss MB | heap MB | loop stood ms | session | events read |");
console.log("| --- | --- | ---: | ---: | ---: | --- | ---: |");
for (const each of attacks) {
  if (values.only && !each.name.includes(values.only)) continue;
  const cost = await attack(each, client, Number(values.seconds));
  const cells =
    "died" in cost
      ? ["", "", "", `DIED, ${cost.died}`, ""]
      : [cost.rssMb, cost.heapMb, cost.longestDelayMs, cost.outcome, cost.events];
  console.log(`| ${[each.name, each.mode, ...cells].join(" | ")} |`);
  if ("died" in cost || (each.ends && cost.outcome === "still open")) process.exitCode = 1;
}

import { javascriptClients } from "./live/javascript-clients.ts";

/** One session of one client, in a process of its own; what came of it as a line of JSON. */
const [name = "", url = ""] = process.argv.slice(2);
const client = Object.entries(javascriptClients).find(([known]) => known === name)?.[1];
if (client === undefined) throw new Error(`No client is called ${name}.`);
console.log(JSON.stringify(await client(url)));
// What a client leaves open must not keep the figures waiting.
process.exit();

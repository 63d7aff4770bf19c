import process from "node:process";
import { runSuite } from "./suite.ts";

/** The suite as a program: `process.js <surroundings as JSON>` prints a line for each behaviour, and ends by itself. */
console.log(JSON.stringify({ behaviour: "entry", entry: import.meta.resolve("voxpipe") }));
for await (const line of runSuite(JSON.parse(process.argv[2] ?? "{}"))) console.log(line);
// Deno waits for its stalled peer to answer the close, and has no way to end a socket without.
if ("Deno" in globalThis) process.exit();

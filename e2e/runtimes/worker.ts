import { runSuite } from "./suite.ts";

/** The suite as a worker: a POST of the surroundings as JSON is answered with a line for each behaviour. */
export default {
  async fetch(request: Request): Promise<Response> {
    const lines: string[] = [];
    for await (const line of runSuite(await request.json())) lines.push(line);
    return new Response(lines.join("\n"));
  },
};

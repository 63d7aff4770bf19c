import { server } from "../../../packages/token/test/examples/deno.ts";

console.log(server.addr.port);

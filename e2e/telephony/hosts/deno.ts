import { server } from "../../../packages/telephony/test/examples/deno.ts";

console.log(server.addr.port);

import { server } from "../../../packages/telephony/test/hosts/hono-deno.ts";

console.log(server.addr.port);

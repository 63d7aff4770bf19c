import { server } from "../../../packages/telephony/test/examples/hono-bun.ts";

console.log(server.port);

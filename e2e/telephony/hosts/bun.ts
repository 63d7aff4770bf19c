import { server } from "../../../packages/telephony/test/examples/bun.ts";

console.log(server.port);

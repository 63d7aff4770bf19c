import { server } from "../../../packages/token/test/examples/bun.ts";

console.log(server.port);

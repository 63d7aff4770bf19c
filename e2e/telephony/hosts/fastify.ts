import { app } from "../../../packages/telephony/test/examples/fastify.ts";
import { tellPort } from "../../runtimes/servers/tell-port.ts";

await app.listen({ port: 0, host: "127.0.0.1" });
tellPort(app.server);

import { server } from "../../../packages/token/test/examples/node-http.ts";
import { tellPort } from "./tell-port.ts";

server.listen(0, "127.0.0.1", () => tellPort(server));

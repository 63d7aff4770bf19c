import { app } from "../../../packages/token/test/examples/express.ts";
import { tellPort } from "./tell-port.ts";

const server = app.listen(0, "127.0.0.1", () => tellPort(server));

import { createServer } from "node:http";
import { createRequestListener } from "@remix-run/node-fetch-server";
import { token } from "./token.ts";

export const server = createServer(createRequestListener(token));

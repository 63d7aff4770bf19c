import { Hono } from "hono";
import { token } from "./token.ts";

export const app = new Hono();
app.all("/api/token", (context) => token(context.req.raw));

import { createRequestListener } from "@remix-run/node-fetch-server";
import express from "express";
import { token } from "./token.ts";

export const app = express();
// Before any body parser: the handler reads the body itself, up to its limit.
app.all("/api/token", createRequestListener(token));
app.use(express.json());

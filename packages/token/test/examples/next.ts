// app/api/token/route.ts
import { token } from "./token.ts";

export const POST = token;
export const OPTIONS = token;

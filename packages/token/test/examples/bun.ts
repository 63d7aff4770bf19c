import { token } from "./token.ts";

export const server = Bun.serve({ routes: { "/api/token": token } });

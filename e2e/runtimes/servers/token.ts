import { env } from "node:process";
import { token as documented } from "../../../packages/token/test/examples/token.ts";
import { asksByAddress, limitedByAddress } from "./by-address.ts";

const byAddress = limitedByAddress(env);

/** What the README's servers get for its `token.ts`: that handler, and beside it one that counts by address. */
export const token = (request: Request): Promise<Response> =>
  asksByAddress(request) ? byAddress(request) : documented(request);

import type { TokenHandler } from "@voxpipe/token";
import documented from "../../../packages/token/test/examples/workers.ts";
import { asksByAddress, limitedByAddress } from "./by-address.ts";

let byAddress: TokenHandler | undefined;

/** The README's worker, and beside it a handler that counts by address: in memory, since this test has one isolate. */
export default {
  fetch(request: Request, env: Parameters<typeof documented.fetch>[1]): Promise<Response> {
    if (!asksByAddress(request)) return documented.fetch(request, env);
    byAddress ??= limitedByAddress(env);
    return byAddress(request);
  },
};

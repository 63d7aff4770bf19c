import type { Settings } from "../options/options.ts";
import { sessionUrl } from "../protocol/url.ts";
import { place, type TokenGrant } from "./token-grant.ts";

/**
 * The URL of one connection attempt, its token included.
 *
 * @param sendsPings If not, heartbeats are asked for: they show that the peer lives.
 */
export function connectionUrl(settings: Settings, grant: TokenGrant | undefined, sendsPings: boolean): URL {
  const url = sessionUrl(hostOf(settings, grant), settings.parameters, settings.extraParams);
  if (!sendsPings && settings.parameters.sessionHeartbeat === undefined)
    url.searchParams.set("session_heartbeat", "true");
  if (grant) url.searchParams.set("token", grant.token);
  return url;
}

/** The page's own `apiHost` counts more than the one that comes with a token, and a difference is reported. */
function hostOf({ apiHost, apiHostGiven, warnOnce }: Settings, grant: TokenGrant | undefined): string {
  if (grant?.apiHost === undefined) return apiHost;
  if (!apiHostGiven) return grant.apiHost;
  if (place(apiHost) !== place(grant.apiHost))
    warnOnce(
      "apiHost",
      `apiHost is ${place(apiHost)}, but the token is for ${place(grant.apiHost)}, and may be refused. Leave apiHost out here, or set the same on the server.`,
    );
  return apiHost;
}

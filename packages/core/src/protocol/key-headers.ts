const apiVersion = "2025-05-12";

/** The headers of a handshake with an API key (protocol section 1). A separate module, so that browsers do not load it. */
export function keyHeaders(apiKey: string): Record<string, string> {
  return { Authorization: apiKey, "AssemblyAI-Version": apiVersion };
}

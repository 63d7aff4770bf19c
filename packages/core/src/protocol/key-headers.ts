const apiVersion = "2025-05-12";

/** What a handshake carries an API key in (protocol section 1). Apart from the session, so that no browser gets it. */
export function keyHeaders(apiKey: string): Record<string, string> {
  return { Authorization: apiKey, "AssemblyAI-Version": apiVersion };
}

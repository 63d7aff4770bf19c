import { UsageError } from "./usage-error.ts";

/** The credentials of a session: a temporary token, or the account's key. */
export type Credentials = { readonly token: string } | { readonly apiKey: string };

/** The environment variable that the vendor's tools read. */
export const apiKeyVariable = "ASSEMBLYAI_API_KEY";

/** `--token` before the environment. Throws UsageError if there is neither. */
export function findCredentials(
  token: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): Credentials {
  const given = token?.trim();
  if (given) return { token: given };
  const apiKey = environment[apiKeyVariable]?.trim();
  if (apiKey) return { apiKey };
  throw new UsageError(
    `No credentials. Set ${apiKeyVariable}, pass a temporary token with --token, or use --local, which needs neither.`,
  );
}

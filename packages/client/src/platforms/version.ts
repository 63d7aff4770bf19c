/** The version in package.json: `pnpm run version` writes both, and a test compares them. */
export const version = "0.1.0";

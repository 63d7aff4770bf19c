/**
 * What a browser's bundle gets in place of the package. It has none of the names that are imported from the package, which
 * fails the build; where a bundler lets that pass, loading it fails.
 */
export const forServersOnly = true;

throw new Error(
  "@voxpipe/token is for servers: in a browser it would put your API key in the page. " +
    'Serve createTokenHandler from your backend, and pass connect({ token: tokenFrom("/api/token") }) in the browser.',
);

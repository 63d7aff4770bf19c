/**
 * What a browser's bundle gets in place of the package. It exports nothing, so that importing a name from it fails the
 * build; where a bundler lets that pass, loading it fails.
 */
throw new Error(
  "@voxpipe/token is for servers: in a browser it would put your API key in the page. " +
    'Serve createTokenHandler from your backend, and pass connect({ token: tokenFrom("/api/token") }) in the browser.',
);

export {};

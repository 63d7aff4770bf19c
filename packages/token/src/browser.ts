/**
 * Replaces the package under the `browser` condition. It exports none of the package's names, so importing one fails the
 * build; if a bundler does not report that, loading this module throws.
 */
export const forServersOnly = true;

throw new Error(
  "@voxpipe/token is for servers: in a browser it would put your API key in the page. " +
    'Serve createTokenHandler from your backend, and pass connect({ token: tokenFrom("/api/token") }) in the browser.',
);

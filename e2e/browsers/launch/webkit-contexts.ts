/*
 * WebKitGTK's process may wait for ever if a page goes away while its audio worklets render, and the next page with it. So
 * a page's AudioContexts are closed first.
 */

/** A script for a page that has loaded: watches its AudioContexts from when they are resumed until they are closed. */
export const watchContexts = `
  const { resume, close } = AudioContext.prototype;
  const open = new Map();
  AudioContext.prototype.resume = function () {
    if (!open.has(this)) open.set(this, undefined);
    return resume.call(this);
  };
  AudioContext.prototype.close = function () {
    const closing = close.call(this);
    open.set(this, closing.catch(() => {}).then(() => open.delete(this)));
    return closing;
  };
  globalThis["voxpipe contexts"] = {
    close: () => Promise.all([...open].map(([context, closing]) => closing ?? context.close())),
  };
`;

/** An expression whose promise resolves when they are closed. */
export const contextsClosed = `globalThis["voxpipe contexts"]?.close().then(() => {})`;

import { attempt } from "../errors/attempt.ts";

type Callbacks = Set<() => void>;

/** One listener for each signal, for any number of sessions: Node warns of a leak at eleven listeners. */
const listeners = new WeakMap<AbortSignal, { readonly callbacks: Callbacks; readonly listener: () => void }>();

/** Calls back when the signal aborts. Returns a remover; the last remover takes the listener off the signal. */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  const shared = listeners.get(signal) ?? listenTo(signal);
  shared.callbacks.add(callback);
  return () => {
    if (!shared.callbacks.delete(callback) || shared.callbacks.size > 0) return;
    listeners.delete(signal);
    signal.removeEventListener("abort", shared.listener);
  };
}

/** Why a signal was aborted; undefined if the reason cannot be read. */
export function abortReason(signal: AbortSignal): unknown {
  return attempt(() => signal.reason);
}

function listenTo(signal: AbortSignal) {
  const callbacks: Callbacks = new Set();
  const shared = {
    callbacks,
    listener: () => {
      for (const callback of [...callbacks]) callback();
    },
  };
  listeners.set(signal, shared);
  signal.addEventListener("abort", shared.listener);
  return shared;
}

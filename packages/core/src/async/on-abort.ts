type Callbacks = Set<() => void>;

/**
 * One listener for each signal, however many sessions it is given to: Node warns of a leak at eleven on one signal.
 */
const listeners = new WeakMap<AbortSignal, { readonly callbacks: Callbacks; readonly listener: () => void }>();

/** Calls back once the signal is aborted. Returns the remover; the last one takes the listener off the signal. */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  const shared = listeners.get(signal) ?? listenTo(signal);
  shared.callbacks.add(callback);
  return () => {
    if (!shared.callbacks.delete(callback) || shared.callbacks.size > 0) return;
    listeners.delete(signal);
    signal.removeEventListener("abort", shared.listener);
  };
}

/** Why a signal was aborted. A reason that cannot be read is none. */
export function abortReason(signal: AbortSignal): unknown {
  try {
    return signal.reason;
  } catch {
    return undefined;
  }
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

import type { MicrophoneDevice } from "@voxpipe/microphone";
import { failure, type TranscriberError } from "./failure.ts";
import { notify } from "./notify.ts";
import type { Transcriber } from "./transcriber.ts";

/** The microphones of this machine, as far as the browser names them. */
export interface MicrophonesSnapshot {
  /** Empty until the visitor has allowed one. */
  readonly devices: readonly MicrophoneDevice[];
  /** Undefined while it is not known, or if the browser does not say. */
  readonly permission: PermissionState | undefined;
  /** Why there is no list: a page that is not secure, or a browser without capture. */
  readonly error: TranscriberError | undefined;
}

export interface MicrophonesWatch {
  readonly snapshot: MicrophonesSnapshot;
  /** Returns a function that ends this. The browser is listened to while anyone has subscribed. */
  readonly subscribe: (listener: () => void) => () => void;
}

/** Before anyone has subscribed, and on a server. */
export const unknownMicrophones: MicrophonesSnapshot = /* @__PURE__ */ Object.freeze({
  devices: /* @__PURE__ */ Object.freeze([]),
  permission: undefined,
  error: undefined,
});

/** A list to choose from, kept up to date: also when the transcriber opens a microphone, from when on devices have names. */
export function watchMicrophones(transcriber: Transcriber): MicrophonesWatch {
  const listeners = new Set<() => void>();
  let snapshot = unknownMicrophones;
  let leave: (() => void) | undefined;
  let permission: PermissionState | undefined;

  const refresh = async () => {
    const watching = leave;
    let devices: readonly MicrophoneDevice[] = [];
    let error: TranscriberError | undefined;
    try {
      devices = await transcriber.listMicrophones();
    } catch (cause) {
      error = failure(cause);
    }
    if (leave !== watching || !leave) return;
    if (JSON.stringify(devices) === JSON.stringify(snapshot.devices)) devices = snapshot.devices;
    if (error?.message === snapshot.error?.message) error = snapshot.error;
    if (devices === snapshot.devices && permission === snapshot.permission && error === snapshot.error) return;
    snapshot = Object.freeze({ devices, permission, error });
    notify(listeners);
  };

  const enter = () => {
    const controller = new AbortController();
    const { signal } = controller;
    let { device } = transcriber.snapshot;
    const leaveTranscriber = transcriber.subscribe(() => {
      if (device === transcriber.snapshot.device) return;
      device = transcriber.snapshot.device;
      void refresh();
    });
    const { mediaDevices, permissions } = globalThis.navigator ?? {};
    mediaDevices?.addEventListener("devicechange", () => void refresh(), { signal });
    const watchPermission = async () => {
      const status = await permissions?.query({ name: "microphone" });
      if (!status || signal.aborted) return;
      const read = () => {
        permission = status.state;
        void refresh();
      };
      status.addEventListener("change", read, { signal });
      read();
    };
    // Some browsers do not know this permission.
    watchPermission().catch(() => {});
    leave = () => {
      controller.abort();
      leaveTranscriber();
      leave = undefined;
    };
    void refresh();
  };

  return {
    get snapshot() {
      return snapshot;
    },
    subscribe(listener) {
      const call = () => listener();
      listeners.add(call);
      if (listeners.size === 1) enter();
      return () => {
        listeners.delete(call);
        if (listeners.size === 0) leave?.();
      };
    },
  };
}

// TypeScript before 5.7 has no `Uint8Array<ArrayBuffer>`; these are that from 5.7 on, and the plain classes before.

/** Bytes in an `ArrayBuffer` of their own, as this package makes them. */
export type Bytes = ReturnType<typeof Uint8Array.of>;

/** Samples from −1 to 1 in an `ArrayBuffer` of their own, as this package makes them. */
export type Samples = ReturnType<typeof Float32Array.of>;

// TypeScript before 5.7 has no `Uint8Array<ArrayBuffer>`; from 5.7 on these types are that, before it the plain classes.

/** Bytes in their own `ArrayBuffer`, as this package returns them. */
export type Bytes = ReturnType<typeof Uint8Array.of>;

/** Samples from −1 to 1 in their own `ArrayBuffer`, as this package returns them. */
export type Samples = ReturnType<typeof Float32Array.of>;

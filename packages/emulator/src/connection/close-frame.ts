/** Whether RFC 6455 lets a close frame have this code. */
export function mayBeSent(code: number): boolean {
  return (code >= 3_000 && code <= 4_999) || (code >= 1_000 && code <= 1_014 && ![1_004, 1_005, 1_006].includes(code));
}

/** A server's close frame as it is on the wire, with any code. */
export function closeFrame(code: number, reason: string): Buffer {
  const payload = Buffer.alloc(2 + Buffer.byteLength(reason));
  payload.writeUInt16BE(code);
  payload.write(reason, 2);
  return Buffer.concat([Buffer.from([0x88, payload.length]), payload]);
}

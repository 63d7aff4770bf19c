/** A WAV file of 16-bit samples; `format` is the codec's number in its header (1: PCM). */
export function wavFile({ samples, sampleRate = 16_000, format = 1, channels = 1 }: WavContent): Uint8Array {
  const file = Buffer.alloc(44 + samples.byteLength);
  file.write("RIFF", 0, "latin1");
  file.writeUInt32LE(36 + samples.byteLength, 4);
  file.write("WAVEfmt ", 8, "latin1");
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(format, 20);
  file.writeUInt16LE(channels, 22);
  file.writeUInt32LE(sampleRate, 24);
  file.writeUInt32LE(sampleRate * 2 * channels, 28);
  file.writeUInt16LE(2 * channels, 32);
  file.writeUInt16LE(16, 34);
  file.write("data", 36, "latin1");
  file.writeUInt32LE(samples.byteLength, 40);
  file.set(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength), 44);
  return file;
}

export interface WavContent {
  readonly samples: Int16Array;
  readonly sampleRate?: number;
  readonly format?: number;
  /** Interleaved. */
  readonly channels?: number;
}

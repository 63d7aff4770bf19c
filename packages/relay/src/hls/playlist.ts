export interface PlaylistContent {
  /** Of a segment, in ms. */
  readonly length: number;
  /** Numbers of the first and the last segment; none if the last is lower. */
  readonly first: number;
  readonly last: number;
  /** When segment 0 begins, in ms since 1970. */
  readonly origin: number;
  readonly address: (segment: number) => string;
}

/** A live media playlist: no end, and a window that moves on. */
export function playlistText({ length, first, last, origin, address }: PlaylistContent): string {
  const lines = [
    "#EXTM3U",
    "#EXT-X-VERSION:3",
    `#EXT-X-TARGETDURATION:${Math.ceil(length / 1000)}`,
    `#EXT-X-MEDIA-SEQUENCE:${first}`,
  ];
  for (let segment = first; segment <= last; segment++) {
    if (segment === first) lines.push(`#EXT-X-PROGRAM-DATE-TIME:${new Date(origin + segment * length).toISOString()}`);
    lines.push(`#EXTINF:${(length / 1000).toFixed(3)},`, address(segment));
  }
  return `${lines.join("\n")}\n`;
}

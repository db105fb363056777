/** A span of a text, in UTF-16 units, that is said otherwise than it is written. */
export type Reading = { from: number; to: number; spoken: string };

/** Names that programs keep in a creator's catalog; lists leave them out, and say how many. */

/** Under which the S3 gateway keeps its objects, packed: `.s3/00000001`, `.s3/00000001.whole`. Somebody's own name may look like it. */
const PACK = /^\.[^/]+\/\d{8}(\.whole)?$/;
/** Large grants are files of their own; see ../client/share. Not imported: completion has to answer at once. */
const SHARES = '.holdfast/';

export function isProgramName(name: string): boolean {
  return PACK.test(name) || isShareName(name);
}

export function isPackName(name: string): boolean {
  return PACK.test(name);
}

export function isShareName(name: string): boolean {
  return name.startsWith(SHARES);
}

/** Nothing is hidden in silence: what looks like a program's name may be somebody's own. */
export function hiddenNote(count: number): string {
  return `${count === 1 ? 'One name' : `${count} names`} that gateways and shares keep ${count === 1 ? 'is' : 'are'} not shown; --all shows ${count === 1 ? 'it' : 'them'}.`;
}

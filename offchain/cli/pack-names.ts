/** Names under which the S3 gateway keeps its objects, packed: `.s3/00000001`, `.s3/00000001.whole`. They are no names for people. */
const PACK = /^\.[^/]+\/\d{8}(\.whole)?$/;

export function isPackName(name: string): boolean {
  return PACK.test(name);
}

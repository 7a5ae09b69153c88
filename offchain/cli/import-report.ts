import type { CarContents, Imported } from '../client/cid/import-car.ts';
import { putLines } from './put-report.ts';
import { formatBytes } from './units.ts';

export function importLines(imported: Imported): string[] {
  const { root, cid, keepsRoot, blocks } = imported;
  const found = cid === null
    ? 'CID         none: what is encrypted cannot be found by what it holds'
    : keepsRoot
      ? `CID         ${cid}, as in the archive`
      : `CID         ${cid} from now on: the archive's root ${root} has other chunks or more than files, and does not lead here`;
  return [`Verified    ${blocks} blocks`, ...putLines(imported), found];
}

export function contentsLines({ root, blocks, files, entries, bytes }: CarContents): string[] {
  return [`Root        ${root}`, `Verified    ${blocks} blocks`, `Holds       ${files} files (${formatBytes(bytes)}), ${entries} entries in all`, 'Nothing was stored.'];
}

import type { ListedObject, ListedVersion } from '../client/list.ts';
import type { Inside, VersionSize } from '../client/list-inside.ts';
import { safeText } from './safe-text.ts';
import { table } from './output.ts';
import { formatBytes } from './units.ts';

export function listLines(objects: readonly ListedObject[], options: { readonly all: boolean }): string[] {
  if (objects.length === 0) return ['Nothing is stored.'];
  const rows = objects.flatMap(({ name, versions }) => (options.all ? versions : versions.slice(-1)).map((version) => row(name, version)));
  return table([['name', 'version', 'stored', 'visibility', 'agreement', 'content'], ...rows], { right: [1, 4] });
}

function row(name: string, { version, createdMs, deleted, visibility, agreement, contentId, adopted }: ListedVersion): string[] {
  return [safeText(name), String(version), timeText(createdMs), ...(deleted ? ['deleted', '', ''] : [adopted === true ? 'adopted' : (visibility ?? ''), String(agreement ?? ''), contentId ?? ''])];
}

export function longLines(objects: readonly (ListedObject & Partial<VersionSize> & { readonly problem?: string })[]): string[] {
  if (objects.length === 0) return ['Nothing is stored.'];
  const rows = objects.map(({ name, versions, deleted, files, sizeBytes, storedBytes, problem }) => [
    safeText(name), String(versions.length), timeText(versions.at(-1)?.createdMs ?? 0),
    files === undefined ? '' : String(files), sizeBytes === undefined ? '' : formatBytes(sizeBytes), storedBytes === undefined ? '' : formatBytes(storedBytes),
    deleted ? 'deleted' : problem === undefined ? String(versions.at(-1)?.agreement ?? '') : `cannot be read: ${problem}`,
  ]);
  return table([['name', 'versions', 'newest', 'files', 'size', 'stored', 'agreement'], ...rows], { right: [1, 3, 4, 5] });
}

export function insideLines({ name, version, entries }: Inside): string[] {
  const signs = { file: '-', folder: 'd', symlink: 'l' } as const;
  const rows = entries.map(({ kind, mode, size, mtimeMs, path, target }) => [
    `${signs[kind]}${modeText(mode)}`, kind === 'file' ? formatBytes(size) : '', timeText(mtimeMs), `${safeText(path)}${kind === 'folder' ? '/' : ''}${target === undefined ? '' : ` -> ${safeText(target)}`}`,
  ]);
  return [`"${safeText(name)}", version ${version}: ${entries.length} entries, ${formatBytes(entries.reduce((sum, { size }) => sum + size, 0))}`, ...table(rows, { right: [1] })];
}

function modeText(mode: number): string {
  return [...'rwxrwxrwx'].map((letter, i) => (((mode >> (8 - i)) & 1) === 1 ? letter : '-')).join('');
}

function timeText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}

import type { ListedObject, ListedVersion } from '../client/list.ts';
import { table } from './output.ts';

export function listLines(objects: readonly ListedObject[], options: { readonly all: boolean }): string[] {
  if (objects.length === 0) return ['Nothing is stored.'];
  const rows = objects.flatMap(({ name, versions }) => (options.all ? versions : versions.slice(-1)).map((version) => row(name, version)));
  return table([['name', 'version', 'stored', 'visibility', 'agreement', 'content'], ...rows], { right: [1, 4] });
}

function row(name: string, { version, createdMs, deleted, visibility, agreement, contentId, adopted }: ListedVersion): string[] {
  const when = new Date(createdMs).toISOString().slice(0, 19).replace('T', ' ');
  return [name, String(version), when, ...(deleted ? ['deleted', '', ''] : [adopted === true ? 'adopted' : (visibility ?? ''), String(agreement ?? ''), contentId ?? ''])];
}

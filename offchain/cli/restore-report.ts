import type { RestoredAll } from '../client/restore/restore-all.ts';
import { formatBytes } from './units.ts';

export function restoreLines({ into, versions, bytes, keptBytes, failed, avoided }: RestoredAll, isDryRun: boolean): string[] {
  if (versions.length + failed.length === 0) return ['Nothing is stored with this wallet that would fit.'];
  return [
    ...versions.map(({ name, version, folder, restored, bytes: own, keptFiles }) => `${isDryRun ? 'Missing ' : 'Restored'}  "${name}", version ${version}: ${restored} objects, ${formatBytes(own)}${keptFiles > 0 ? ` (${keptFiles} were there)` : ''} -> ${folder}`),
    `${isDryRun ? 'Would fetch' : 'Fetched'} ${formatBytes(bytes)} into ${into}; ${formatBytes(keptBytes)} were there already.`,
    ...failed.slice(0, 20).map(({ name, version, path, reason }) => `Failed    "${name}", version ${version}${path === undefined ? '' : `, ${path}`}: ${reason}`),
    ...(failed.length > 20 ? [`Failed    and ${failed.length - 20} more`] : []),
    ...avoided.map(({ provider, reason }) => `Avoided   provider ${provider}: ${reason}`),
  ];
}

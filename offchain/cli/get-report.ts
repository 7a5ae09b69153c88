import type { GetResult } from '../client/get.ts';
import { formatBytes } from './units.ts';

export function getLines(restored: GetResult): string[] {
  return [
    `Restored  "${restored.name}", version ${restored.version}: ${restored.restored} objects, ${formatBytes(restored.bytes)}`,
    ...(restored.kept > 0 ? [`Kept      ${restored.kept} that were there already`] : []),
    ...restored.avoided.map(({ provider, reason }) => `Avoided   provider ${provider}: ${reason}`),
  ];
}

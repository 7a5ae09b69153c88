/** A run of a town in words. */
import { clockText } from '../violation.ts';
import type { ClusterResult } from './run.ts';

/** Events of the chain and of the services' logs that say how it went. */
const SHOWN = ['Proved', 'Opened', 'Committed', 'Vacated', 'Replaced', 'MissesReported', 'away', 'away for long', 'cut off', 'rot', 'disk dies', 'heavy away'];
const LOGGED = ['repair.replaced', 'repair.failed', 'slot.lost', 'slot.surrendered', 'audit.wrong', 'audit.missing', 'audit.offline'];

export function clusterReport({ options, digest, log, chain, violation, files, reads, services }: ClusterResult): string {
  const { seed, providers, days } = options;
  const shown = (kinds: readonly string[], count: (kind: string) => number): string => kinds.filter((kind) => count(kind) > 0).map((kind) => `${kind} ${count(kind)}`).join(', ');
  const lines = [
    `seed ${seed}: a town of ${providers} real providers and two heavy nodes, ${days} days and a quiet end; digest ${digest}`,
    `  stored ${files} files, read ${reads} times, all of them right`,
    `  ${shown(SHOWN, (kind) => log.count(kind) + chain.count(kind))}`,
    `  ${shown(LOGGED, (kind) => services.get(kind) ?? 0)}`,
  ];
  if (violation === undefined) return [...lines, '  No rule was broken.'].join('\n');
  return [
    ...lines,
    `VIOLATION at ${clockText(violation.atSeconds)} of seed ${seed}: ${violation.message}`,
    'The events before it:',
    log.tail(),
    'On the chain:',
    chain.tail(),
    `Replay: npm run sim -- --scale cluster --seed ${seed} --providers ${providers} --days ${days}`,
  ].join('\n');
}

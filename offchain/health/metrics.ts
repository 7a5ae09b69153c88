import { CAUSES, CONDITIONS } from '../wire/condition.ts';
import type { NodeHealth } from './health.ts';

/** Condition, causes and loops in Prometheus' text format. Of the last look: scraping asks neither chain nor database. */
export function healthMetrics(health: NodeHealth): string {
  const { condition, causes } = health.known();
  const loops = health.loops();
  const head = health.head();
  const seconds = (ms: number | undefined): number => Math.floor((ms ?? 0) / 1000);
  return [
    family('node_condition', 'gauge', '1 for the condition that the node is in.', CONDITIONS.map((one) => [{ condition: one }, one === condition ? 1 : 0])),
    family('node_cause', 'gauge', 'How many causes of this code the node names.', Object.keys(CAUSES).map((code) => [{ code }, causes.filter((cause) => cause.code === code).length])),
    family('loop_failures', 'gauge', 'Failures of a loop since its last success.', loops.map(({ name, failures }) => [{ loop: name }, failures])),
    family('loop_last_success_seconds', 'gauge', 'When a loop last succeeded; 0 before.', loops.map(({ name, lastSuccessMs }) => [{ loop: name }, seconds(lastSuccessMs)])),
    family('loop_running_since_seconds', 'gauge', 'When the turn under way began; 0 between turns.', loops.map(({ name, runningSinceMs }) => [{ loop: name }, seconds(runningSinceMs)])),
    family('chain_head_block', 'gauge', 'The newest block seen.', [[{}, Number(head?.number ?? 0n)]]),
    family('chain_head_seconds', 'gauge', "The newest block's time.", [[{}, head?.seconds ?? 0]]),
  ].join('');
}

type Row = readonly [labels: Readonly<Record<string, string>>, value: number];

function family(name: string, kind: 'gauge', help: string, rows: readonly Row[]): string {
  if (rows.length === 0) return '';
  const lines = rows.map(([labels, value]) => {
    const inside = Object.entries(labels).map(([key, text]) => `${key}="${text.replace(/[\\"\n]/g, '_')}"`);
    return `holdfast_${name}${inside.length === 0 ? '' : `{${inside.join(',')}}`} ${value}\n`;
  });
  return `# HELP holdfast_${name} ${help}\n# TYPE holdfast_${name} ${kind}\n${lines.join('')}`;
}

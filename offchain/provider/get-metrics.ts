import type { Provider } from './context.ts';
import { countBad } from './fragments.ts';
import { loadScrubProgress } from './scrub-progress.ts';
import { tallyOf } from './tally.ts';

type Sample = readonly [name: string, kind: 'gauge' | 'counter', help: string, value: number];

/** What an operator graphs, in Prometheus' text format. Sizes are bytes, times Unix seconds. */
export async function getMetrics(provider: Provider): Promise<string> {
  const { store, traffic, uploads, disk, files } = provider;
  const stored = await tallyOf(store).ofAll();
  const scrub = await loadScrubProgress(store);
  const proof = await store.proofOutcome.findFirst({ orderBy: { epoch: 'desc' } });
  const samples: Sample[] = [
    ['fragments', 'gauge', 'Fragments stored, damaged ones included.', stored.fragments],
    ['stored_bytes', 'gauge', 'Bytes of stored fragments.', Number(stored.bytes)],
    ['damaged_fragments', 'gauge', 'Fragments that are lost or no longer match their root.', await countBad(store)],
    ['free_bytes', 'gauge', 'Bytes free on the file system.', Number(await files.layer.freeBytes(files.home))],
    ['read_only', 'gauge', '1 while nothing new is taken.', disk.cause === undefined ? 0 : 1],
    ['uploads', 'gauge', 'Uploads under way.', uploads.count],
    ['written_bytes_total', 'counter', 'Bytes of fragments received since the start.', traffic.writtenBytes],
    ['read_bytes_total', 'counter', 'Bytes of fragments sent since the start.', traffic.readBytes],
    ['scrub_pass', 'gauge', 'Number of the pass under way, or of the last one.', scrub?.pass ?? 0],
    ['scrub_pass_bytes', 'gauge', 'Bytes read in this pass.', scrub?.bytes ?? 0],
    ['scrub_pass_damaged', 'gauge', 'Damaged fragments met in this pass.', scrub?.damaged ?? 0],
    ['scrub_last_end_seconds', 'gauge', 'When the last whole pass ended; 0 before.', Math.floor((scrub?.endedMs ?? scrub?.last?.endedMs ?? 0) / 1000)],
    ['proof_epoch', 'gauge', 'Epoch of the newest proof or failure.', proof?.epoch ?? 0],
    ['proof_ok', 'gauge', '1 when it was a proof.', proof?.ok === true ? 1 : 0],
  ];
  return samples.map(([name, kind, help, value]) => `# HELP holdfast_provider_${name} ${help}\n# TYPE holdfast_provider_${name} ${kind}\nholdfast_provider_${name} ${value}\n`).join('');
}

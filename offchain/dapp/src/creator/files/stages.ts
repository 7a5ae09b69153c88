/** The stages of a transfer in the order in which people see them. Pure. */
import type { Stage } from '../../../../client/progress.ts';
import type { Transfer } from './transfer-store.ts';

export const STAGE_WORDS: Readonly<Record<Stage, string>> = {
  scan: 'Reading the list of files',
  encode: 'Encrypting and coding',
  send: 'Sending to providers',
  receipts: 'Waiting for signed receipts',
  commit: 'Committing on the chain',
  publish: 'Telling the heavy nodes',
  catalog: 'Reading your list of files',
  fetch: 'Fetching from providers',
  restore: 'Checking and decrypting',
};

const UPLOAD: readonly Stage[] = ['scan', 'encode', 'send', 'receipts', 'commit', 'publish'];
const DOWNLOAD: readonly Stage[] = ['catalog', 'fetch', 'restore'];
/** They take long, and carry bytes; the others show only while they run. */
const WITH_BYTES = new Set<Stage>(['encode', 'send', 'fetch', 'restore']);

/** Encoding and sending run side by side; once one of these has begun, both are over. */
const BARRIERS: readonly Stage[] = ['receipts', 'commit', 'publish'];

export interface ShownStage {
  readonly stage: Stage;
  readonly doneBytes: number;
  readonly totalBytes: number | undefined;
  readonly share: number | undefined;
}

/** Every stage with bytes that has begun, and the one that runs. What lies behind is done, whether or not somebody counted it. */
export function stagesOf({ kind, stages, stage: now }: Pick<Transfer, 'kind' | 'stages' | 'stage'>): ShownStage[] {
  const order = kind === 'upload' ? UPLOAD : DOWNLOAD;
  return order.flatMap((stage, i) => {
    const known = stages[stage];
    if (known === undefined || (!WITH_BYTES.has(stage) && stage !== now)) return [];
    const { doneBytes, totalBytes } = known;
    const isBehind = now !== undefined && i < order.indexOf(now) && BARRIERS.some((one) => stages[one] !== undefined);
    return [{ stage, doneBytes, totalBytes, share: isBehind || totalBytes === 0 ? 1 : totalBytes === undefined ? undefined : doneBytes / totalBytes }];
  });
}

export const TRANSFER_STATES = { running: { text: 'Under way', tone: 'accent' }, paused: { text: 'Paused', tone: 'warn' }, failed: { text: 'Stopped', tone: 'bad' }, done: { text: 'Done', tone: 'good' } } as const;

/** For who does not see the bars: a sentence at each stage, not at each byte. */
export function sayTransfer({ kind, name, state, stage, result }: Pick<Transfer, 'kind' | 'name' | 'state' | 'stage' | 'result'>): string {
  const what = `${kind === 'upload' ? 'Upload' : 'Download'} of ${name}`;
  if (state === 'done') return `${what}: ${TRANSFER_STATES.done.text}. ${result ?? ''}`.trim();
  if (state === 'running') return `${what}: ${stage === undefined ? TRANSFER_STATES.running.text : STAGE_WORDS[stage]}.`;
  return `${what}: ${TRANSFER_STATES[state].text}.`;
}

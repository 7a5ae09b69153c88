import { unlessAborted } from '../client/aborting.ts';
import { createClient } from '../client/client.ts';
import type { NodeClient } from '../client/client.ts';
import type { OnProgress } from '../client/progress.ts';
import { createProgress } from './progress.ts';
import { readPolicy } from './read-policy.ts';
import { openSession } from './session.ts';
import type { Session } from './session.ts';
import type { CommonOptions } from './config.ts';
import { interruptSignal } from './supervision.ts';

export interface ClientSession extends Session {
  readonly client: NodeClient;
  /** Fires on Ctrl-C. */
  readonly signal: AbortSignal;
}

/** Opens the creator's client, runs `work`, closes it whatever happens. */
export async function withClient(options: CommonOptions & { readonly maxReadPrice?: string }, work: (session: ClientSession) => Promise<void>): Promise<void> {
  const session = await openSession(options);
  const { chain } = await session.signingChain();
  const client = await createClient({ chain, home: session.home, heavies: session.config.network.heavies, policy: { reads: readPolicy(session.config.reads, options.maxReadPrice) } });
  const signal = interruptSignal();
  try {
    await work({ ...session, client, signal });
  } finally {
    await client.close();
  }
}

/** For work that waits for the chain and nothing else: Ctrl-C ends the waiting; a transaction that is on its way goes on. */
export function withClientUntilInterrupted(options: CommonOptions, work: (session: ClientSession) => Promise<void>): Promise<void> {
  return withClient(options, (session) => unlessAborted(work(session), session.signal));
}

const STAGE_LABELS: Readonly<Record<Parameters<OnProgress>[0]['stage'], string>> = {
  scan: 'Looking',
  encode: 'Encoding',
  send: 'Sending',
  receipts: 'Collecting receipts',
  commit: 'Committing',
  publish: 'Publishing',
  catalog: 'Reading the catalog',
  fetch: 'Fetching',
  restore: 'Restoring',
};

/** Shows the progress of a verb on standard error: as --progress says, else a bar on a terminal, lines elsewhere, nothing with --json or --quiet. */
export function showProgress(options: CommonOptions): { onProgress: OnProgress; done: () => void } {
  const progress = createProgress({ mode: progressMode(options), write: (text) => void process.stderr.write(text) });
  return {
    onProgress: ({ stage, doneBytes, totalBytes }) => progress.update({ label: STAGE_LABELS[stage], stage, done: doneBytes, total: totalBytes }),
    done: () => progress.done(),
  };
}

function progressMode({ json, quiet, progress = 'auto' }: CommonOptions): 'bar' | 'lines' | 'json' | 'off' {
  if (progress === 'none') return 'off';
  if (progress !== 'auto') return progress;
  if (json === true || quiet === true) return 'off';
  return process.stderr.isTTY ? 'bar' : 'lines';
}

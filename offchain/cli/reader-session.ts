import type { PublicReader } from '../client/named/public-reader.ts';
import { withClient } from './client-session.ts';
import type { CommonOptions } from './config.ts';
import type { Output } from './output.ts';
import { openSession } from './session.ts';
import { readPolicy } from './read-policy.ts';
import { interruptSignal } from './supervision.ts';

export interface ReaderSession {
  readonly reader: PublicReader;
  readonly output: Output;
  /** Fires on Ctrl-C. */
  readonly signal: AbortSignal;
}

/** Reads what is public. The wallet is opened only where the configuration or `--max-read-price` says that reads may be paid for. */
export async function withReader(options: CommonOptions & { readonly maxReadPrice?: string }, work: (session: ReaderSession) => Promise<void>): Promise<void> {
  const session = await openSession(options);
  if (readPolicy(session.config.reads, options.maxReadPrice).maxPricePerGib > 0n) {
    return withClient(options, ({ client, output, signal }) => work({ reader: client, output, signal }));
  }
  const { createPublicReader } = await import('../client/named/public-reader.ts');
  const reader = createPublicReader(await session.chain());
  const signal = interruptSignal();
  try {
    await work({ reader, output: session.output, signal });
  } finally {
    await reader.close();
  }
}

import { z } from 'zod';
import { requestJson } from '../wire/http-client.ts';
import type { CommonOptions } from './config.ts';
import { openSession } from './session.ts';
import { formatBytes } from './units.ts';

const Usage = z.object({ buckets: z.number(), versions: z.number(), storedBytes: z.number(), spooledBytes: z.number(), spoolLimitBytes: z.number(), pendingChanges: z.number(), pendingSinceMs: z.number().optional(), freeBytes: z.number(), failure: z.string().optional() });
const GatewayStatus = z.object({ ok: z.boolean(), durability: z.enum(['network', 'spool']), causes: z.array(z.string()), usage: Usage.optional() });

/** Asks a running gateway how it stands. */
export async function showGatewayStatus(options: CommonOptions & { readonly url?: string }): Promise<void> {
  const session = await openSession(options);
  const { host = '127.0.0.1', port = 9000 } = session.config.gateway?.s3 ?? {};
  const status = await requestJson(`${options.url?.replace(/\/$/, '') ?? `http://${host}:${port}`}/-/status`, { schema: GatewayStatus });
  session.output.result(status, () => lines(status));
}

function lines({ ok, durability, causes, usage }: z.output<typeof GatewayStatus>): string[] {
  const head = [`State    ${ok ? 'takes new objects' : causes.join(' ')}`, `Durable  ${durability === 'network' ? 'when providers have signed for it' : 'when synced to the spool of this machine'}`];
  if (usage === undefined) return head;
  return [
    ...head,
    `Stored   ${formatBytes(usage.storedBytes)} in ${usage.buckets} buckets, ${usage.versions} versions; ${formatBytes(usage.freeBytes)} of the rented space are free`,
    `Spool    ${formatBytes(usage.spooledBytes)} of ${formatBytes(usage.spoolLimitBytes)}, ${usage.pendingChanges} changes are not in the network so far`,
  ];
}

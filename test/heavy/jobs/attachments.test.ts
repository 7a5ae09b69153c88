import { privateKeyToAccount } from 'viem/accounts';
import { expect, it } from 'vitest';
import { createAttachments } from '../../../offchain/heavy/jobs/attachments.ts';
import type { Attachments } from '../../../offchain/heavy/jobs/attachments.ts';
import { WORKERS_MAX } from '../../../offchain/heavy/jobs/limits.ts';
import { peerDomain, signTyped } from '../../../offchain/wire/typed-data.ts';

const deployment = { chainId: 31337, market: `0x${'11'.repeat(20)}`, registry: `0x${'22'.repeat(20)}` };
const chain = { clock: { genesis: 0, epochSeconds: 10, epochsPerPeriod: 3 }, deployment, nowSeconds: async () => 5 };
const context = { chain, id: 1, log: { info: () => undefined }, settings: { workers: { admit: 'anyone', allow: [] } } };
const accounts = { promise: async () => true, of: () => ({ cores: 1, percent: 100, good: 0, bad: 0, factor: 1 }) };

async function attach(attachments: Attachments, number: number): Promise<string> {
  const account = privateKeyToAccount(`0x${number.toString(16).padStart(64, '0')}`);
  const promise = { worker: account.address, heavy: 1, month: 0, cores: 1, percent: 100, payout: account.address, sequence: 1, expiry: 60 };
  return (await attachments.attach({ promise, signature: await signTyped(account, peerDomain(deployment as never), 'WorkerPromise', promise) })).token;
}

it('so many workers are attached and no more; those that have long been gone make room, whoever comes', async () => {
  let nowMs = 0;
  const attachments = createAttachments(context as never, accounts as never, () => nowMs);
  const tokens: string[] = [];
  for (let i = 1; i <= WORKERS_MAX; i++) tokens.push(await attach(attachments, i));
  await expect(attach(attachments, 1_000)).rejects.toMatchObject({ code: 'WORKERS_FULL' });
  nowMs = 3_600_000;
  await attachments.require(`Worker ${tokens[7]}`);
  await attach(attachments, 1_001);
  await expect(attachments.require(`Worker ${tokens[6]}`)).rejects.toMatchObject({ code: 'NOT_ATTACHED' });
  await attachments.require(`Worker ${tokens[7]}`);
});

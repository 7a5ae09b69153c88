/** What the heavy node's pages ask a real heavy node. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readNode } from '../../../offchain/chain/read-node.ts';
import type { NodeState } from '../../../offchain/chain/read-node.ts';
import type { Chain } from '../../../offchain/chain/types.ts';
import { readChildren, readHeavyStatus, readReputation, readWorkers } from '../../../offchain/dapp/src/heavy/heavy-reads.ts';
import { startNetwork } from '../../heavy/support.ts';
import type { Network } from '../../heavy/support.ts';

let network: Network;
let chain: Chain;
let heavy: NodeState;
let provider: number;

beforeAll(async () => {
  network = await startNetwork();
  const { id } = await network.heavy();
  provider = (await network.provider({ parent: id, region: 1 })).id;
  ({ chain } = await network.account());
  heavy = await readNode(chain, id);
});
afterAll(() => network?.stop());

test('its own word, its children, its workers', async () => {
  const status = await readHeavyStatus(heavy.endpoint);
  expect(status).toMatchObject({ id: heavy.id, agreements: 0, repairs: [], mode: 'normal' });
  expect((await readChildren(chain, heavy.id)).map(({ id }) => id)).toEqual([provider]);
  expect(await readWorkers(`${heavy.endpoint}/`)).toMatchObject({ months: [], waiting: 0 });
});

test('standings count only when its operator signed them', async () => {
  expect(await readReputation(chain, heavy)).toMatchObject({ isWhole: true, entries: expect.any(Array) as unknown });
  const stranger = await readNode(chain, provider);
  await expect(readReputation(chain, { ...heavy, operator: stranger.operator })).rejects.toMatchObject({ code: 'BAD_STANDINGS' });
  await expect(readReputation(chain, { ...heavy, id: 99 })).rejects.toMatchObject({ code: 'BAD_STANDINGS' });
});

test('a node that is away is told as such', async () => {
  await expect(readHeavyStatus('http://127.0.0.1:1')).rejects.toMatchObject({ retryable: true });
});

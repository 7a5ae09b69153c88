import { privateKeyToAccount } from 'viem/accounts';
import { beforeAll, describe, expect, it } from 'vitest';
import type { NodeState } from '../../offchain/chain/node-state.ts';
import { type MatchFacts, checkMatch } from '../../offchain/client/check-match.ts';
import type { MatchReply } from '../../offchain/wire/messages.ts';
import { type Terms, holdfastDomain, signTyped } from '../../offchain/wire/typed-data.ts';

const keys = Array.from({ length: 5 }, (_, i) => privateKeyToAccount(`0x${String(i + 1).repeat(64)}`));
const domain = holdfastDomain({ chainId: 31337, market: `0x${'ab'.repeat(20)}` });
const creator = `0x${'c0'.repeat(20)}` as const;
const terms: Terms = { creator, nonce: 3, heavy: 1, feeBps: 100, k: 2, m: 2, batchLog2: 20, quota: 8, endPeriod: 12 };
const NOW = 1_000_000;

function node(id: number, change: Partial<NodeState> = {}): NodeState {
  const operator = keys[id - 2]?.address ?? `0x${'99'.repeat(20)}`;
  return { id, operator, payout: operator, tier: 'standard', region: id, parent: 1, endpoint: '', stake: 0n, queued: 0n, required: 0n, owed: 0n, faulted: false, ...change };
}

const registry = (changes: Readonly<Record<number, Partial<NodeState>>> = {}): Map<number, NodeState> =>
  new Map([node(1, { tier: 'heavy' }), ...[2, 3, 4, 5].map((id) => node(id, changes[id]))].map((one) => [one.id, one]));

const facts = (change: Partial<MatchFacts> = {}): MatchFacts => ({
  domain, maxFeeBps: 200, nowSeconds: NOW, period: 10, nodes: registry(),
  request: { creator, k: 2, m: 2, batchLog2: 20, quota: 8, periods: 2, priceLimit: 1_000n, nonce: 3 },
  ...change,
});

async function offer(provider: number, change: { price?: bigint; expiry?: number; signer?: number; terms?: Terms } = {}): Promise<MatchReply['offers'][number]> {
  const { price = 1_000n, expiry = NOW + 300 } = change;
  const signer = keys[(change.signer ?? provider) - 2] ?? keys[0]!;
  const signature = await signTyped(signer, domain, 'Offer', { terms: change.terms ?? terms, provider, price, expiry });
  return { provider, price, expiry, signature, endpoint: '', region: provider, reason: '' };
}

let good: MatchReply;
beforeAll(async () => {
  good = { terms, offers: await Promise.all([2, 3, 4, 5].map((id) => offer(id))), refused: [] };
});

/** The good proposal with its first offer replaced. */
async function withFirst(change: Parameters<typeof offer>[1]): Promise<MatchReply> {
  return { ...good, offers: [await offer(2, change), ...good.offers.slice(1)] };
}

describe('checkMatch', () => {
  it('passes what was asked for', async () => {
    await expect(checkMatch(good, facts())).resolves.toBeUndefined();
    await expect(checkMatch({ ...good }, facts({ period: 9 }))).resolves.toBeUndefined();
  });

  it.each([
    ['another scheme', { k: 1 }], ['another quota', { quota: 9 }], ['another batch size', { batchLog2: 21 }], ['another nonce', { nonce: 4 }],
    ['a longer term', { endPeriod: 14 }], ['a shorter term', { endPeriod: 11 }], ['a higher fee', { feeBps: 201 }],
    ['a provider as heavy node', { heavy: 2 }], ['another creator', { creator: `0x${'dd'.repeat(20)}` as const }],
  ])('refuses %s', async (_, change) => {
    await expect(checkMatch({ ...good, terms: { ...terms, ...change } }, facts())).rejects.toMatchObject({ name: 'BadMatchError' });
  });

  it('refuses offers that nobody signed, that expired, or for other terms', async () => {
    await expect(checkMatch(await withFirst({ signer: 3 }), facts())).rejects.toMatchObject({ name: 'BadMatchError' });
    await expect(checkMatch(await withFirst({ terms: { ...terms, quota: 80 } }), facts())).rejects.toMatchObject({ name: 'BadMatchError' });
    await expect(checkMatch(await withFirst({ expiry: NOW }), facts())).rejects.toMatchObject({ name: 'BadMatchError' });
    await expect(checkMatch(await withFirst({ price: 1_001n }), facts())).rejects.toMatchObject({ name: 'PriceAboveLimitError' });
  });

  it('refuses too few offers, one operator twice, crowded regions, faulted and unknown providers', async () => {
    const refused = async (reply: MatchReply, nodes = registry()): Promise<void> => {
      await expect(checkMatch(reply, facts({ nodes }))).rejects.toMatchObject({ name: 'BadMatchError' });
    };
    await refused({ ...good, offers: good.offers.slice(1) });
    await refused({ ...good, offers: [...good.offers.slice(0, 3), await offer(2)] });
    await refused(good, registry({ 2: { region: 7 }, 3: { region: 7 }, 4: { region: 7 } }));
    await refused(good, registry({ 2: { faulted: true } }));
    await refused(good, registry({ 2: { tier: 'heavy' } }));
  });
});

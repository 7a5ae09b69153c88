import { encodeEventTopics, parseEventLogs } from 'viem';
import { ownersOf } from '../../offchain/chain/name-deeds.ts';
import { sameFields } from './compare.ts';
import type { Sides } from './compare.ts';
import { textOf } from './snapshot.ts';

const NOBODY = `0x${'0'.repeat(40)}`;

export async function compareMoney(sides: Sides): Promise<void> {
  const { chain, contracts, snapshot, same } = sides;
  const { token, market } = contracts;
  for (const [id, account] of await snapshot('Account')) {
    same(`Account ${id}`, 'balance', account['balance'], await chain.read(token, 'balanceOf', [id]));
    same(`Account ${id}`, 'owed', account['owed'], await chain.read(market, 'owedTo', [id]));
    same(`Account ${id}`, 'isOwedExact', account['isOwedExact'], true);
  }
  for (const [id, creator] of await snapshot('Creator')) same(`Creator ${id}`, 'nonce', creator['nonce'], await chain.read(market, 'nonceOf', [id]));
  await compareReads(sides);
  await compareEndowments(sides);
  await compareCommons(sides);
  await compareNames(sides);
}

/** Closed channels are gone; a closed pool has no sponsor. */
async function compareReads(sides: Sides): Promise<void> {
  const { chain, contracts, snapshot, same } = sides;
  for (const [id, channel] of await snapshot('Channel')) {
    const [payer, signer, payee, heavy, closesAt, deposit, redeemed] = await chain.read<[string, string, number, number, bigint, bigint, bigint]>(contracts.channels, 'channels', [BigInt(id)]);
    const of = `Channel ${id}`;
    same(of, 'state', channel['state'], payer === NOBODY ? 'Closed' : closesAt > 0n ? 'Closing' : 'Open');
    if (payer !== NOBODY) sameFields(sides, of, { ...channel, heavy: channel['heavy'] ?? 0 }, { payer, signer, payee, heavy, closesAt, deposit, redeemed }, ['payer', 'signer', 'payee', 'heavy', 'closesAt', 'deposit', 'redeemed']);
  }
  for (const [id, pool] of await snapshot('SponsorPool')) {
    const [sponsor, closesAt, signer, heavy, content, maxPerMib, left] = await chain.read<[string, bigint, string, number, string, bigint, bigint]>(contracts.channels, 'pools', [BigInt(id)]);
    const of = `SponsorPool ${id}`;
    same(of, 'state', pool['state'], sponsor === NOBODY ? 'Closed' : closesAt > 0n ? 'Closing' : 'Open');
    sameFields(sides, of, { ...pool, heavy: pool['heavy'] ?? 0 }, { closesAt, signer, heavy, content, maxPerMib, left }, ['closesAt', 'signer', 'heavy', 'content', 'maxPerMib', 'left']);
    if (sponsor !== NOBODY) same(of, 'sponsor', pool['sponsor'], sponsor);
  }
}

async function compareEndowments(sides: Sides): Promise<void> {
  const { chain, contracts, snapshot } = sides;
  const names = ['agreement', 'founder', 'paidInPeriod', 'minProvenBps', 'reservePeriods', 'maxPerPeriod', 'vault', 'tokens', 'shares'];
  for (const [id, fund] of await snapshot('Endowment')) {
    const view = await chain.read<readonly unknown[]>(contracts.endowment, 'funds', [BigInt(id)]);
    sameFields(sides, `Endowment ${id}`, { ...fund, vault: fund['vault'] ?? NOBODY }, Object.fromEntries(names.map((name, index) => [name, view[index]])), names);
  }
}

async function compareCommons({ chain, contracts, snapshot, same }: Sides): Promise<void> {
  for (const [id, pool] of await snapshot('CommonsPool')) {
    const [tokens, shares] = await chain.read<[bigint, bigint]>(contracts.commons, 'pools', [Number(textOf(pool, 'agreement')), pool['round']]);
    same(`CommonsPool ${id}`, 'tokens', pool['tokens'], tokens);
    same(`CommonsPool ${id}`, 'shares', pool['shares'], shares);
  }
  for (const [id, share] of await snapshot('CommonsShare')) {
    const [agreement, round] = textOf(share, 'pool').split('-').map(Number);
    same(`CommonsShare ${id}`, 'shares', share['shares'], await chain.read(contracts.commons, 'sharesOf', [agreement, round, textOf(share, 'member')]));
  }
}

/** Owners by the rule of offchain/chain/name-deeds.ts, from the token's log. */
async function compareNames({ chain, contracts, snapshot, same }: Sides): Promise<void> {
  const { token } = contracts;
  const topics = encodeEventTopics({ abi: token.abi, eventName: 'Approval' }) as [`0x${string}`];
  const deeds = parseEventLogs({ abi: token.abi, eventName: 'Approval', logs: [...(await chain.logs({ address: token.address, topics }))] }).map(({ args }) => args);
  const names = await snapshot('Name');
  for (const spender of new Set(deeds.map((one) => one.spender))) {
    const owners = ownersOf(deeds.filter((one) => one.spender === spender).map(({ owner, value }) => ({ from: owner, value })));
    const name = names.get(spender.toLowerCase());
    same(`Name ${spender}`, 'owner', name?.['owner'], owners.at(-1));
    same(`Name ${spender}`, 'tenures', name?.['tenures'] ?? 0, owners.length);
  }
}

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { concatHex, hashDomain, slice, type Hex, type TypedDataDomain } from 'viem';
import type { Permit } from '../../offchain/chain/sign-permit.ts';
import { costOf, openAgreement, propose, signOffer, type Proposal, type SlotOffer } from '../support/contracts/agreements.ts';
import { commitBundle } from '../support/contracts/bundles.ts';
import { accountOf } from '../support/contracts/evm.ts';
import { inWorld } from '../support/contracts/life-acts.ts';
import { expectRevert } from '../support/contracts/life-checks.ts';
import { sendPermitted, signPermit } from '../support/contracts/life-permit.ts';
import { forgeries } from '../support/contracts/life-signatures.ts';
import { replaceSlot, signSuccession } from '../support/contracts/successions.ts';
import { createWorld, goToEpoch, TOKEN, type NodeActor, type World } from '../support/contracts/world.ts';
import { signTyped, type Receipt, type Succession, type Terms } from '../../offchain/wire/typed-data.ts';

const MILLI = TOKEN / 1000n;
const stranger = accountOf('stranger');
const refuses = (name: string, test: (world: World) => Promise<void>) => it(name, () => inWorld(() => createWorld({ epochsPerPeriod: 6, providers: 5 }), test));

/** The same contract elsewhere: every one of these separates signatures. */
function otherDomains({ domain, registry }: World): readonly TypedDataDomain[] {
  return [
    { ...domain, chainId: Number(domain.chainId) + 1 },
    { ...domain, verifyingContract: registry.address },
    { ...domain, name: 'Other' },
    { ...domain, version: '2' },
  ];
}

/** Everybody but the operator: payout address, another provider, the creator, a stranger. */
function otherSigners(world: World, provider: NodeActor, label: string): readonly NodeActor['operator'][] {
  return [accountOf(`${label} payout`), world.providers.find(({ id }) => id !== provider.id)!.operator, world.creator, stranger];
}

describe('an offer', () => {
  const send = (world: World, { terms, offers }: Pick<Proposal, 'terms' | 'offers'>, creator = world.creator) =>
    world.evm.send(creator.address, world.market, 'open', [terms, offers, 10n ** 9n * TOKEN]);
  const withFirst = (proposal: Proposal, first: Partial<SlotOffer>): Proposal => ({ ...proposal, offers: proposal.offers.map((offer, i) => (i === 0 ? { ...offer, ...first } : offer)) });
  const inForm = (signature: Hex) => ({ r: slice(signature, 0, 32), vs: slice(signature, 32, 64) });

  refuses('opens one agreement, once', async (world) => {
    const proposal = await propose(world, { price: MILLI });
    await send(world, proposal);
    await expectRevert(send(world, proposal), 'WrongNonce', [0, 1]);
    await expectRevert(send(world, { ...proposal, terms: { ...proposal.terms, nonce: 1 } }), 'BadSignature');
    await expectRevert(send(world, proposal, stranger), 'NotCreator', [stranger.address, world.creator.address]);
    await expectRevert(send(world, { ...proposal, terms: { ...proposal.terms, creator: stranger.address } }, stranger), 'BadSignature');
  });

  refuses('is for these terms, this provider, this price and this expiry', async (world) => {
    const proposal = await propose(world, { price: MILLI, k: 2, m: 2 });
    const { terms, offers } = proposal;
    const changed: Partial<Terms>[] = [
      { heavy: world.heavies[1]!.id }, { feeBps: terms.feeBps - 1 }, { k: 1, m: 3 }, { batchLog2: terms.batchLog2 + 1 }, { quota: terms.quota + 1 }, { endPeriod: terms.endPeriod + 1 },
    ];
    for (const change of changed) await expectRevert(send(world, { terms: { ...terms, ...change }, offers }), 'BadSignature');
    const [first, second] = offers;
    await expectRevert(send(world, withFirst(proposal, { price: first!.price - 1n })), 'BadSignature');
    await expectRevert(send(world, withFirst(proposal, { expiry: first!.expiry + 1n })), 'BadSignature');
    await expectRevert(send(world, withFirst(proposal, { provider: world.providers[4]!.id })), 'BadSignature');
    await expectRevert(send(world, withFirst(proposal, { r: second!.r, vs: second!.vs })), 'BadSignature');
    // None of the refused attempts used the nonce up.
    await send(world, proposal);
  });

  refuses('is for this market on this chain', async (world) => {
    const proposal = await propose(world, { price: MILLI });
    const [provider] = proposal.providers;
    const { price, expiry } = proposal.offers[0]!;
    const domainHere = { name: 'Holdfast', version: '1', chainId: BigInt(world.evm.chainId), verifyingContract: world.market.address };
    assert.equal(await world.evm.read(world.market, 'domainSeparator'), hashDomain({ domain: domainHere, types: DOMAIN_TYPES }));
    for (const domain of otherDomains(world)) {
      await expectRevert(send(world, withFirst(proposal, await signOffer({ domain }, provider!, { terms: proposal.terms, price, expiry }))), 'BadSignature');
    }
  });

  refuses('is signed by the operator, in one form', async (world) => {
    const proposal = await propose(world, { price: MILLI });
    const [provider] = proposal.providers;
    const { terms } = proposal;
    const { price, expiry, r, vs } = proposal.offers[0]!;
    for (const operator of otherSigners(world, provider!, 'provider 0')) {
      const offer = await signOffer(world, { ...provider!, operator }, { terms, price, expiry });
      await expectRevert(send(world, withFirst(proposal, offer)), 'BadSignature', [provider!.id, operator.address, provider!.operator.address]);
    }
    for (const { name, signature } of forgeries(concatHex([r, vs]))) {
      await assert.doesNotReject(expectRevert(send(world, withFirst(proposal, inForm(signature))), 'BadSignature'), name);
    }
    await send(world, proposal);
  });
});

describe('a receipt', () => {
  const receipt = (id: number): Receipt => ({ agreement: id, bundle: 0, root: `0x${'5a'.repeat(32)}`, batches: 2, slot: 0 });

  /** A commit whose first receipt is this one and whose others are right. */
  async function committing(world: World, id: number, first: Hex): Promise<unknown> {
    const message = receipt(id);
    const others = await Promise.all([1, 2].map((slot) => signTyped(world.providers[slot]!.operator, world.domain, 'Receipt', { ...message, slot })));
    return world.evm.send(world.creator.address, world.market, 'commit', [id, message.root, message.batches, 7n, concatHex([first, ...others])]);
  }

  refuses('is for one bundle of one slot of one agreement in one market', async (world) => {
    const other = await openAgreement(world, { price: MILLI });
    const { id } = await openAgreement(world, { price: MILLI });
    const [provider] = world.providers;
    const message = receipt(id);
    const changed: Partial<Receipt>[] = [{ agreement: other.id }, { bundle: 1 }, { root: `0x${'5b'.repeat(32)}` }, { batches: 1 }, { slot: 1 }];
    for (const change of changed) {
      await expectRevert(committing(world, id, await signTyped(provider!.operator, world.domain, 'Receipt', { ...message, ...change })), 'BadSignature');
    }
    for (const domain of otherDomains(world)) await expectRevert(committing(world, id, await signTyped(provider!.operator, domain, 'Receipt', message)), 'BadSignature');
    const right = await signTyped(provider!.operator, world.domain, 'Receipt', message);
    await committing(world, id, right);
    // Not a second time, for the bundle that comes next.
    await expectRevert(committing(world, id, right), 'BadSignature');
    await expectRevert(world.evm.send(stranger.address, world.market, 'acknowledge', [id, 0, 3, right]), 'BadSignature');
  });

  refuses('is signed by the operator, in one form', async (world) => {
    const { id } = await openAgreement(world, { price: MILLI });
    const [provider] = world.providers;
    for (const signer of otherSigners(world, provider!, 'provider 0')) {
      const call = committing(world, id, await signTyped(signer, world.domain, 'Receipt', receipt(id)));
      await expectRevert(call, 'BadSignature', [provider!.id, signer.address, provider!.operator.address]);
    }
    const right = await signTyped(provider!.operator, world.domain, 'Receipt', receipt(id));
    for (const { name, signature } of forgeries(right)) await assert.doesNotReject(expectRevert(committing(world, id, signature), 'BadSignature'), name);
    await committing(world, id, right);
    const late = await signTyped(world.providers[3]!.operator, world.domain, 'Receipt', { ...receipt(id), slot: 3 });
    const acknowledge = (signature: Hex) => world.evm.send(stranger.address, world.market, 'acknowledge', [id, 0, 3, signature]);
    for (const { name, signature } of forgeries(late)) await assert.doesNotReject(expectRevert(acknowledge(signature), 'BadSignature'), name);
    await acknowledge(late);
  });

  refuses('of a provider that lost the slot counts no more', async (world) => {
    const agreement = await openAgreement(world, { price: MILLI });
    const successor = world.providers[4]!;
    await goToEpoch(world, 4);
    await replaceSlot(world, stranger.address, await signSuccession(world, agreement, 0, successor, { price: MILLI }));
    const failing = world.providers[0]!;
    const old = await signTyped(failing.operator, world.domain, 'Receipt', receipt(agreement.id));
    await expectRevert(committing(world, agreement.id, old), 'BadSignature', [successor.id, failing.operator.address, successor.operator.address]);
    await committing(world, agreement.id, await signTyped(successor.operator, world.domain, 'Receipt', receipt(agreement.id)));
  });
});

describe('a succession', () => {
  const setUp = async (world: World) => {
    const agreement = await openAgreement(world, { price: MILLI, periods: 3 });
    const twin = await openAgreement(world, { price: MILLI, periods: 3 });
    for (const each of [agreement, twin]) await commitBundle(world, each, { slots: [1, 2, 3] });
    await goToEpoch(world, 4);
    return { agreement, twin, successor: world.providers[4]! };
  };

  refuses('is for this slot of this agreement, at this price, once', async (world) => {
    const { agreement, twin, successor } = await setUp(world);
    const signed = await signSuccession(world, agreement, 0, successor, { price: MILLI });
    const changed: Partial<Succession>[] = [
      { agreement: twin.id }, { slot: 1 }, { price: MILLI - 1n }, { expiry: signed.succession.expiry + 1 },
    ];
    for (const change of changed) {
      await expectRevert(replaceSlot(world, stranger.address, { ...signed, succession: { ...signed.succession, ...change } }), 'BadSignature');
    }
    for (const change of [{ turn: 1 }, { bundles: 2 }]) {
      await expectRevert(replaceSlot(world, stranger.address, { ...signed, succession: { ...signed.succession, ...change } }), 'WrongSuccession');
    }
    await replaceSlot(world, stranger.address, signed);
    await expectRevert(replaceSlot(world, stranger.address, signed), 'WrongSuccession', [1, 1, 0, 1]);
    // Four epochs without a proof later the successor is faulted itself: its old word still does not bring it back.
    await goToEpoch(world, 9);
    await expectRevert(replaceSlot(world, stranger.address, signed), 'WrongSuccession', [1, 1, 0, 1]);
  });

  refuses('lapses with a newer bundle, which the successor has not promised to hold', async (world) => {
    const { agreement, successor } = await setUp(world);
    const signed = await signSuccession(world, agreement, 0, successor, { price: MILLI });
    await commitBundle(world, agreement, { slots: [1, 2, 3] });
    await expectRevert(replaceSlot(world, stranger.address, signed), 'WrongSuccession', [1, 2, 0, 0]);
    await expectRevert(replaceSlot(world, stranger.address, { ...signed, succession: { ...signed.succession, bundles: 2 } }), 'BadSignature');
  });

  refuses('is for this market on this chain, signed by the operator in one form', async (world) => {
    const { agreement, successor } = await setUp(world);
    const signed = await signSuccession(world, agreement, 0, successor, { price: MILLI });
    const attempt = (signature: Hex) => replaceSlot(world, stranger.address, { ...signed, signature });
    for (const domain of otherDomains(world)) await expectRevert(attempt(await signTyped(successor.operator, domain, 'Succession', signed.succession)), 'BadSignature');
    for (const signer of otherSigners(world, successor, 'provider 4')) {
      const call = attempt(await signTyped(signer, world.domain, 'Succession', signed.succession));
      await expectRevert(call, 'BadSignature', [successor.id, signer.address, successor.operator.address]);
    }
    for (const { name, signature } of forgeries(signed.signature)) await assert.doesNotReject(expectRevert(attempt(signature), 'BadSignature'), name);
    await attempt(signed.signature);
  });

  refuses('is not a receipt, and a receipt is not a succession', async (world) => {
    const { agreement, successor } = await setUp(world);
    const signed = await signSuccession(world, agreement, 0, successor, { price: MILLI });
    const receipt = await signTyped(successor.operator, world.domain, 'Receipt', { agreement: agreement.id, bundle: 1, root: `0x${'00'.repeat(32)}`, batches: 1, slot: 0 });
    await expectRevert(replaceSlot(world, stranger.address, { ...signed, signature: receipt }), 'BadSignature');
    await replaceSlot(world, stranger.address, signed);
    await expectRevert(world.evm.send(stranger.address, world.market, 'acknowledge', [agreement.id, 0, 0, signed.signature]), 'BadSignature');
  });
});

describe('a permit', () => {
  refuses('is worth nothing for another spender, chain or owner, and nothing twice', async (world) => {
    const creator = accountOf('newcomer');
    await world.evm.send(world.treasury.address, world.token, 'transfer', [creator.address, 1000n * TOKEN]);
    const proposal = await propose(world, { creator, price: MILLI });
    const value = costOf(world, proposal, 0);
    const open = ({ terms, offers }: Proposal, permit: Permit) => sendPermitted(world, creator.address, permit, { to: world.market, name: 'open', args: [terms, offers, value] });
    const worthless = [
      await signPermit(world, { owner: creator, value, spender: world.registry.address }),
      await signPermit(world, { owner: creator, value, chainId: world.evm.chainId + 1 }),
      await signPermit(world, { owner: creator, value, signer: stranger }),
      await signPermit(world, { owner: creator, value: value - 1n }),
    ];
    for (const permit of worthless) await expectRevert(open(proposal, permit), 'ERC20InsufficientAllowance');
    const right = await signPermit(world, { owner: creator, value });
    await expectRevert(open(proposal, { ...right, v: right.v ^ 7 }), 'ERC20InsufficientAllowance');
    await open(proposal, right);
    await expectRevert(open(await propose(world, { creator, price: MILLI }), right), 'ERC20InsufficientAllowance');
  });
});

const DOMAIN_TYPES = {
  EIP712Domain: [
    { name: 'name', type: 'string' }, { name: 'version', type: 'string' },
    { name: 'chainId', type: 'uint256' }, { name: 'verifyingContract', type: 'address' },
  ],
} as const;

import { concatHex, encodeFunctionData, keccak256, maxUint256, numberToHex, pad, parseEther, size, toHex, type Address, type Hex } from 'viem';
import { openAgreement, propose, type OpenedAgreement } from '../support/contracts/agreements.ts';
import { bitmap, commitBundle } from '../support/contracts/bundles.ts';
import { accountOf, eventOf } from '../support/contracts/evm.ts';
import { signExtension } from '../support/contracts/extensions.ts';
import { sendPermitted, signPermit, WORTHLESS } from '../support/contracts/life-permit.ts';
import { poke, prove } from '../support/contracts/proofs.ts';
import { signSuccession } from '../support/contracts/successions.ts';
import { signServed, signVoucher } from '../support/contracts/vouchers.ts';
import { goToEpoch, MILLI, TIER, TOKEN } from '../support/contracts/world.ts';
import { changeParameters } from './play-nodes.ts';
import { PERMIT_AND_CALL, playLies } from './play-lies.ts';
import { deployWallet, playWallet, sendRaw, type ContractWallet } from './play-wallet.ts';
import { PERIOD, type Stage } from './stage.ts';

const EPOCH = 41;

/**
 * A market that begins anew after everything had ended, so that no field of any entity is nothing throughout: rent since a later epoch than 0, a challenge, a channel and a fund that
 * stay open, a second round of a pool, a slash that reaches stake on its way out, two transactions in one block.
 */
export async function playEncore(stage: Stage): Promise<void> {
  const { world, providers, stranger } = stage;
  const { evm, market, registry } = world;
  await goToEpoch(world, EPOCH, 50);
  await changeParameters(stage, { slashEpochs: 25 });
  const { id } = await register(stage);
  await evm.send(accountOf('newcomer payout').address, registry, 'nameOperator', [id, accountOf('nobody').address]);
  await evm.send(accountOf('buyer').address, stage.sale, 'buy', [], parseEther('1'));
  await transferTwice(stage);
  await playLies(stage);
  await playReadsLate(stage);
  const wallet = await deployWallet(stage);
  await playWallet(stage, wallet);
  const agreement = await openAgreement(world, { periods: 2, providers: [0, 1, 2, 4].map((index) => providers[index]!) });
  await commitBundle(world, agreement);
  const rents = await growPermitted(stage, agreement);
  await evm.send(world.creator.address, market, 'lock', [agreement.id]);
  await playKeepers(stage, agreement.id, rents * BigInt(PERIOD), agreement.terms.endPeriod);
  // All of the first provider's stake but what it needs is on its way out, and the slash takes more than that.
  const loser = providers[0]!;
  const [staked, queued] = await evm.read<[bigint, bigint]>(registry, 'stakes', [loser.id]);
  await evm.send(loser.operator.address, registry, 'queueWithdrawal', [loser.id, staked - queued - (await evm.read<bigint>(registry, 'requiredStake', [loser.id]))]);
  const lost = eventOf<{ challenge: bigint }>(await evm.send(stranger, market, 'challenge', [agreement.id, 0, 0, 0, 1]), market, 'Challenged').challenge;
  await goToEpoch(world, EPOCH + 3, 50);
  await evm.send(stranger, market, 'endChallenge', [lost]);
  await evm.send(stranger, market, 'challenge', [agreement.id, 1, 0, 0, 1]);
  await replacePermitted(stage, agreement);
  await evm.send(world.creator.address, market, 'giveNotice', [agreement.id, 3]);
  const [left, stillQueued] = await evm.read<[bigint, bigint]>(registry, 'stakes', [loser.id]);
  if (left !== stillQueued) throw new Error('the slash did not reach what was queued');
  await playLastEpochs(stage, agreement, wallet);
}

/** Two periods on: slots change hands through a wallet, a proof comes whose books are too old to count, and a vacancy is released before the agreement's end. */
async function playLastEpochs(stage: Stage, { id }: OpenedAgreement, wallet: ContractWallet): Promise<void> {
  const { world, providers, stranger } = stage;
  const { evm, market } = world;
  const { endPeriod } = await evm.read<{ endPeriod: number }>(market, 'agreementOf', [id]);
  const replace = async (slot: number, successor: number, repairer?: Address) => {
    const { succession, signature } = await signSuccession(world, { id } as OpenedAgreement, slot, providers[successor]!, repairer === undefined ? {} : { repairer });
    await wallet.call(market, 'replace', [succession, signature]);
  };
  await goToEpoch(world, endPeriod * PERIOD - 7, 50);
  await poke(world);
  await prove(world, providers[4]!);
  await goToEpoch(world, endPeriod * PERIOD - 6, 50);
  // Under notice and without a fault: no bounty goes to the wallet, whose credit nobody could name.
  await replace(3, 6);
  await evm.send(providers[2]!.operator.address, market, 'surrender', [id, 2]);
  await replace(2, 7, stranger);
  await evm.send(providers[5]!.operator.address, market, 'surrender', [id, 0]);
  await poke(world);
  await prove(world, providers[1]!);
  await goToEpoch(world, endPeriod * PERIOD - 1, 50);
  await evm.send(stranger, market, 'release', [id, bitmap([0])]);
}

/** Behind a permit. Returns the rent of all slots together. */
async function growPermitted({ world, providers }: Stage, { id, terms, rents }: OpenedAgreement): Promise<bigint> {
  const { market, creator } = world;
  const price = [MILLI, 3n * MILLI, MILLI + 5n, MILLI];
  const proposal = await propose(world, { periods: 2, providers: [0, 1, 2, 4].map((index) => providers[index]!), quota: 2, price });
  const act = { to: market, name: 'grow', args: [id, { ...proposal.terms, endPeriod: terms.endPeriod }, proposal.offers, maxUint256] };
  await sendPermitted(world, creator.address, await signPermit(world, { owner: creator, value: maxUint256 }), act);
  return [...rents, ...price.map((one) => 2n * one)].reduce((sum, rent) => sum + rent, 0n);
}

/** Behind a permit that is worth nothing; and between the two lie bytes that name somebody else as the repairer. */
async function replacePermitted({ world, providers, stranger }: Stage, agreement: OpenedAgreement): Promise<void> {
  const { market } = world;
  const { succession, signature } = await signSuccession(world, agreement, 0, providers[5]!);
  const replace = (repairer: Address): Hex => encodeFunctionData({ abi: market.abi, functionName: 'replace', args: [{ ...succession, repairer }, signature] });
  const act = replace(succession.repairer);
  const { deadline, v, r, s, value } = WORTHLESS;
  const lie = pad(replace(accountOf('nobody').address), { dir: 'right', size: 32 * Math.ceil(size(act) / 32) });
  const words = [value, deadline, BigInt(v), BigInt(r), BigInt(s), BigInt(6 * 32 + size(lie))].map((word) => numberToHex(word, { size: 32 }));
  const data = concatHex([PERMIT_AND_CALL, ...words, lie, numberToHex(size(act), { size: 32 }), act]);
  await sendRaw(world, { from: stranger, to: market.address, data });
}

async function register({ world: { evm, registry, heavies } }: Stage): Promise<{ id: number }> {
  const receipt = await evm.send(accountOf('newcomer').address, registry, 'register', [TIER.archival, 41, heavies[0]!.id, accountOf('newcomer payout').address, '']);
  return eventOf<{ id: number }>(receipt, registry, 'Registered');
}

/** In one block. */
async function transferTwice({ world: { evm, token }, stranger }: Stage): Promise<void> {
  await evm.request('evm_setAutomine', [false]);
  const data = encodeFunctionData({ abi: token.abi, functionName: 'transfer', args: [accountOf('buyer').address, 1n] });
  for (const from of [stranger, accountOf('buyer').address]) await evm.request('eth_sendTransaction', [{ from, to: token.address, data, gas: numberToHex(100_000) }]);
  await evm.goTo(evm.now() + 1);
  await evm.request('evm_setAutomine', [true]);
}

/** A channel that is closing at the end, and reads of the pool that stayed open. */
async function playReadsLate({ world, channels, providers, stranger }: Stage): Promise<void> {
  const { evm, heavies } = world;
  const by = { chainId: evm.chainId, channels: channels.address };
  const signer = accountOf('reader');
  const { channel } = eventOf<{ channel: bigint }>(await evm.send(stranger, channels, 'open', [providers[1]!.id, heavies[1]!.id, signer.address, keccak256(toHex('another')), TOKEN]), channels, 'Opened');
  await evm.send(stranger, channels, 'redeem', [[await signVoucher({ signer, ...by }, { channel, total: 3n * MILLI })]]);
  await evm.send(stranger, channels, 'startClosing', [channel]);
  await evm.send(stranger, channels, 'redeemServed', [[await signServed({ signer, ...by }, { pool: 2n, payee: providers[2]!.id, servedBytes: 60n << 20n, total: 2n * MILLI })]]);
}

/** One fund whose payment uses up its last share, one that stays in the vault, and a pool that is empty behind its payment, so that a second round begins. */
async function playKeepers({ world, endowment, commons, vault, stranger }: Stage, id: number, perPeriod: bigint, endPeriod: number): Promise<void> {
  const { evm, treasury } = world;
  const consent = (newEnd: number) => signExtension(world, { agreement: id, newEnd, slots: [0, 1, 2, 3] });
  const found = async (reserve: number, amount: bigint): Promise<bigint> =>
    eventOf<{ fund: bigint }>(await evm.send(stranger, endowment, 'found', [id, vault.address, perPeriod, 0, reserve, amount]), endowment, 'Founded').fund;
  await evm.send(stranger, commons, 'join', [id, perPeriod]);
  await evm.send(treasury.address, commons, 'pay', [id, await consent(endPeriod + 1)]);
  await evm.send(stranger, commons, 'join', [id, 7n]);
  await found(1, 3n * perPeriod);
  await evm.send(treasury.address, endowment, 'release', [await found(0, perPeriod), await consent(endPeriod + 2)]);
}

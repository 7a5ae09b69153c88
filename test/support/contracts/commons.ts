import { maxUint256, type Address } from 'viem';
import { openAgreement, type OpenedAgreement, type OpenOptions } from './agreements.ts';
import { commitBundle } from './bundles.ts';
import { accountOf, type Contract } from './evm.ts';
import { signExtension } from './extensions.ts';
import { goToEpoch, type World } from './world.ts';

export const PERIOD = 6;
const price = 10n ** 15n;
/** One period of the agreement: four slots of ten batches. */
export const PER_PERIOD = 4n * 10n * price * BigInt(PERIOD);

export interface Commons {
  readonly contract: Contract;
  readonly agreement: OpenedAgreement;
  member(name: string): Promise<Address>;
  join(member: Address, amount: bigint): Promise<unknown>;
  quit(member: Address, round?: number): Promise<unknown>;
  /** Sent by somebody who has nothing in it, with the consents of all slots that are held. */
  pay(): Promise<unknown>;
  worth(member: Address, round?: number): Promise<bigint>;
  pool(round?: number): Promise<{ tokens: bigint; shares: bigint }>;
  round(): Promise<number>;
  endPeriod(): Promise<number>;
  goToPeriod(period: number): Promise<void>;
}

/** A locked agreement with one bundle, until period 3 unless told otherwise, and an empty pool. */
export async function commonsOf(world: World, options: OpenOptions & { readonly isLocked?: boolean; readonly epoch?: number } = {}): Promise<Commons> {
  const { evm, market, token, treasury, creator } = world;
  const { isLocked = true, epoch = 0, ...terms } = options;
  await goToEpoch(world, epoch, 600);
  const contract = await evm.deploy('Commons', [market.address]);
  const agreement = await openAgreement(world, { price, periods: 3, ...terms });
  await commitBundle(world, agreement);
  if (isLocked) await evm.send(creator.address, market, 'lock', [agreement.id]);
  const endPeriod = async () => (await evm.read<{ endPeriod: number }>(market, 'agreementOf', [agreement.id])).endPeriod;
  return {
    contract,
    agreement,
    member: async (name) => {
      const { address } = accountOf(name);
      await evm.send(treasury.address, token, 'transfer', [address, 100n * PER_PERIOD]);
      await evm.send(address, token, 'approve', [contract.address, maxUint256]);
      return address;
    },
    join: (member, amount) => evm.send(member, contract, 'join', [agreement.id, amount]),
    quit: (member, round = 0) => evm.send(member, contract, 'quit', [agreement.id, round]),
    pay: async () => {
      const slots: number[] = [];
      for (let slot = 0; slot < 4; slot += 1) if ((await evm.read<{ rent: bigint }>(market, 'vacancyOf', [agreement.id, slot])).rent === 0n) slots.push(slot);
      const newEnd = (await endPeriod()) + 1;
      return evm.send(treasury.address, contract, 'pay', [agreement.id, await signExtension(world, { agreement: agreement.id, newEnd, slots })]);
    },
    worth: (member, round = 0) => evm.read<bigint>(contract, 'worthOf', [agreement.id, round, member]),
    pool: async (round = 0) => {
      const [tokens, shares] = await evm.read<[bigint, bigint]>(contract, 'pools', [agreement.id, round]);
      return { tokens, shares };
    },
    round: () => evm.read<number>(contract, 'roundOf', [agreement.id]),
    endPeriod,
    goToPeriod: (period) => goToEpoch(world, period * PERIOD, 10),
  };
}

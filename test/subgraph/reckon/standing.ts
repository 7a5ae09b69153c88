/** How much runs: asked from the contracts' views, agreement by agreement and provider by provider, behind one block. */
import { sum, type History } from './history.ts';

export interface Standing {
  /** Of all providers together, per epoch. */
  readonly rent: bigint;
  readonly runningAgreements: number;
  /** Vacant ones too. */
  readonly runningSlots: number;
  readonly vacantSlots: number;
  /** Quota of what runs. */
  readonly reservedBytes: bigint;
  /** Committed and not retired, of all agreements ever. */
  readonly storedBytes: bigint;
  readonly isRepairOnly: boolean;
}

interface AgreementView {
  readonly endPeriod: number;
  readonly k: number;
  readonly m: number;
  readonly batchLog2: number;
  readonly batches: number;
  readonly retiredBatches: number;
  readonly quota: number;
}

interface NetworkView {
  readonly period: number;
  readonly agreements: number;
  readonly nodes: number;
  readonly isRepairOnly: boolean;
}

export async function standingAt(history: History, block: bigint): Promise<Standing> {
  const { market, registry, lens } = history.contracts;
  const chain = history.at(block);
  const { period, agreements, nodes, isRepairOnly } = await chain.read<NetworkView>(lens, 'network');
  const views = await inTurn(agreements, (number) => chain.read<AgreementView>(market, 'agreementOf', [number]));
  const running = views.map((view, i) => ({ ...view, number: i + 1 })).filter(({ endPeriod }) => endPeriod > period);
  let vacantSlots = 0;
  for (const { number, k, m } of running) vacantSlots += (await inTurn(k + m, (slot) => chain.read<{ rent: bigint }>(market, 'vacancyOf', [number, slot - 1]))).filter(({ rent }) => rent > 0n).length;
  return {
    rent: sum(await inTurn(nodes, (node) => chain.read<bigint>(registry, 'rentOf', [node])), (rent) => rent),
    runningAgreements: running.length,
    runningSlots: running.reduce((all, { k, m }) => all + k + m, 0),
    vacantSlots,
    reservedBytes: sum(running, ({ quota, batchLog2 }) => BigInt(quota) << BigInt(batchLog2)),
    storedBytes: sum(views, ({ batches, retiredBatches, batchLog2 }) => BigInt(batches - retiredBatches) << BigInt(batchLog2)),
    isRepairOnly,
  };
}

/** For each number from 1 to `count`. */
async function inTurn<T>(count: number, ask: (number: number) => Promise<T>): Promise<T[]> {
  const answers: T[] = [];
  for (let number = 1; number <= count; number += 1) answers.push(await ask(number));
  return answers;
}

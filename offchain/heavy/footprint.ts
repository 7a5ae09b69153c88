/** The agreements that carry this node's id, followed through the market's events, and who proved lately. */
import { getAbiItem } from 'viem';
import { CHALLENGED, NOTICED, OPENED, REPLACED } from '../chain/events.ts';
import { marketAbi } from '../chain/generated/abi.ts';
import { readLogs } from '../chain/logs.ts';
import type { HeavyContext } from './context.ts';
import { createTurns } from './turns.ts';

export interface Footprint {
  /** Reads the blocks since the last call. Those near the head are read again the next time: a reorg changes them. */
  follow(): Promise<void>;
  /** Agreements that may still need something. */
  agreements(): readonly number[];
  /** The agreement is over for good. */
  forget(agreement: number): void;
  /** Every provider that ever held a slot of these agreements. */
  providers(): readonly number[];
  /** The last epoch that the provider proved, as far as events tell. */
  lastProved(provider: number): number | undefined;
  /** Slots whose provider was ever given notice. Whether the notice still stands, the market says. */
  notices(): readonly NoticedSlot[];
  /** Challenges of these agreements that may be open; the market says which of them are. */
  challenges(): readonly OpenChallenge[];
  /** The challenge was answered or ended. */
  forgetChallenge(challenge: bigint): void;
}

export interface NoticedSlot {
  readonly agreement: number;
  readonly slot: number;
}

export interface OpenChallenge {
  readonly challenge: bigint;
  readonly deadlineEpoch: number;
}

/** As deep as reorgs go that this node notices by itself. */
const REORG_BLOCKS = 16n;
const PROVED = getAbiItem({ abi: marketAbi, name: 'Proved' });

export function createFootprint(context: Pick<HeavyContext, 'chain' | 'id'>): Footprint {
  const { chain, id } = context;
  const agreements = new Set<number>();
  const forgotten = new Set<number>();
  const providers = new Set<number>();
  const proved = new Map<number, number>();
  const notices = new Map<string, NoticedSlot>();
  const challenges = new Map<bigint, OpenChallenge>();
  const settled = new Set<bigint>();
  const first = chain.deployment.fromBlock;
  const inTurn = createTurns();
  let next = first;

  const readBlocks = async (fromBlock: bigint, toBlock: bigint): Promise<void> => {
    const [opened, replaced, proofs, noticed, challenged] = await Promise.all([
      readLogs(chain, { event: OPENED, args: { heavy: id }, fromBlock, toBlock }),
      readLogs(chain, { event: REPLACED, fromBlock, toBlock }),
      readLogs(chain, { event: PROVED, fromBlock, toBlock }),
      readLogs(chain, { event: NOTICED, fromBlock, toBlock }),
      readLogs(chain, { event: CHALLENGED, fromBlock, toBlock }),
    ]);
    for (const { args } of opened) {
      if (!forgotten.has(args.id)) agreements.add(args.id);
      for (const offer of args.offers) providers.add(offer.provider);
    }
    for (const { args } of replaced) if (agreements.has(args.id)) providers.add(args.to);
    for (const { args } of proofs) if ((proved.get(args.provider) ?? -1) < args.epoch) proved.set(args.provider, args.epoch);
    for (const { args } of noticed) if (agreements.has(args.id)) notices.set(`${args.id}/${args.slot}`, { agreement: args.id, slot: Number(args.slot) });
    for (const { args } of challenged) {
      const { challenge, deadlineEpoch } = args;
      if (agreements.has(args.id) && !settled.has(challenge)) challenges.set(challenge, { challenge, deadlineEpoch });
    }
  };

  return {
    follow: () =>
      inTurn(async () => {
        const head = await chain.ask('the latest block', (client) => client.getBlockNumber());
        if (next > head) return;
        await readBlocks(next, head);
        const again = head - REORG_BLOCKS + 1n;
        next = again > first ? again : first;
      }),
    agreements: () => [...agreements],
    forget(agreement) {
      agreements.delete(agreement);
      forgotten.add(agreement);
    },
    providers: () => [...providers],
    lastProved: (provider) => proved.get(provider),
    notices: () => [...notices.values()].filter(({ agreement }) => agreements.has(agreement)),
    challenges: () => [...challenges.values()],
    forgetChallenge(challenge) {
      challenges.delete(challenge);
      settled.add(challenge);
    },
  };
}

/** What an address put into endowments, pools and channels beside its agreements. All amounts are token units. */
import type { Address } from 'viem';
import { channelsAbi, commonsAbi, endowmentAbi } from '../chain/generated/abi.ts';
import type { Chain } from '../chain/types.ts';
import { sum } from './amounts.ts';
import type { Moment, ReadOptions } from './history.ts';
import { readEvents, topic } from './read-events.ts';

export interface Flow {
  readonly paid: bigint;
  readonly back: bigint;
}

export interface SideSpending {
  readonly endowments: Flow;
  readonly commons: Flow;
  /** Channels that it opened: `back` is what closing returned. */
  readonly channels: Flow;
  /** Sponsors' pools that it opened. */
  readonly pools: Flow;
}

const NONE: Flow = { paid: 0n, back: 0n };

export async function readSideSpending(chain: Chain, account: Address, options: ReadOptions & { readonly moment: Moment }): Promise<SideSpending> {
  const { endowment, commons, channels } = chain.deployment;
  const { moment, signal, onBlocks } = options;
  const range = { fromBlock: chain.deployment.fromBlock, toBlock: moment.block, signal, onBlocks } as const;
  const self = [topic(account)];
  const side: { -readonly [K in keyof SideSpending]: Flow } = { endowments: NONE, commons: NONE, channels: NONE, pools: NONE };
  if (endowment !== undefined) {
    const where = { ...range, address: endowment, abi: endowmentAbi } as const;
    const paid = await readEvents(chain, { ...where, names: ['Endowed'], second: self });
    const mine = (await readEvents(chain, { ...where, names: ['Founded'] })).filter(({ args }) => args.founder === account).map(({ args }) => topic(args.fund));
    const back = await readEvents(chain, { ...where, names: ['Reclaimed'], first: mine });
    side.endowments = { paid: sum(paid.map(({ args }) => args.amount)), back: sum(back.map(({ args }) => args.tokens)) };
  }
  if (commons !== undefined) {
    const where = { ...range, address: commons, abi: commonsAbi, second: self } as const;
    const events = await readEvents(chain, { ...where, names: ['Joined', 'Left'] });
    const of = (name: 'Joined' | 'Left') => sum(events.filter(({ eventName }) => eventName === name).map(({ args }) => args.amount));
    side.commons = { paid: of('Joined'), back: of('Left') };
  }
  if (channels !== undefined) {
    const where = { ...range, address: channels, abi: channelsAbi } as const;
    const opened = await readEvents(chain, { ...where, names: ['Opened'], second: self });
    const own = opened.map(({ args }) => topic(args.channel));
    const topped = (await readEvents(chain, { ...where, names: ['ToppedUp'] })).filter(({ args }) => args.from === account);
    const closed = await readEvents(chain, { ...where, names: ['Closed'], first: own });
    side.channels = { paid: sum([...opened, ...topped].map(({ args }) => args.amount)), back: sum(closed.map(({ args }) => args.refund)) };
    const sponsored = (await readEvents(chain, { ...where, names: ['Sponsored'] })).filter(({ args }) => args.sponsor === account);
    const funded = (await readEvents(chain, { ...where, names: ['PoolFunded'] })).filter(({ args }) => args.from === account);
    const ended = await readEvents(chain, { ...where, names: ['PoolClosed'], first: sponsored.map(({ args }) => topic(args.pool)) });
    side.pools = { paid: sum([...sponsored, ...funded].map(({ args }) => args.amount)), back: sum(ended.map(({ args }) => args.refund)) };
  }
  return side;
}

/**
 * Who held which slot, from epoch to epoch, at which rent: a slot's turns. They begin and end with the market's events; rent and parent are what its views say right behind the
 * event. Most sums of the index are sums over turns.
 */
import { big, id, type History, type Line } from './history.ts';

interface Turn {
  /** Slot and turn. */
  readonly id: string;
  readonly slot: string;
  readonly agreement: string;
  readonly provider: string;
  readonly rent: bigint;
  readonly startEpoch: number;
  readonly begun: Line;
  /** The event that ended it before the agreement's end, or released the slot. */
  ended?: Line;
}

export interface Tenure extends Turn {
  readonly heavy: string;
  readonly parent: string;
  readonly fee: bigint;
}

export interface Turns {
  readonly tenures: readonly Tenure[];
  /** `provider`: whoever lost the slot. */
  readonly vacancies: readonly Turn[];
  /** By slot, in order. */
  readonly bySlot: ReadonlyMap<string, readonly Turn[]>;
  /** Terms of the opening, by agreement. */
  readonly terms: ReadonlyMap<string, { readonly creator: string; readonly heavy: string; readonly feeBps: number; readonly slots: number; readonly batchLog2: number }>;
  /** The epoch in which the agreement ends, as of the newest event. */
  endOf(agreement: string): number;
}

export async function reckonTurns(history: History): Promise<Turns> {
  const terms = new Map(history.of('Market.Opened').map((line) => [id(line, 'id'), termsOf(line)]));
  const tenures: Tenure[] = [];
  const vacancies: Turn[] = [];
  const bySlot = new Map<string, Turn[]>();
  const put = (slot: string, turn: Turn): void => void bySlot.set(slot, [...(bySlot.get(slot) ?? []), turn]);
  const end = (slot: string, line: Line): Turn => {
    const turn = bySlot.get(slot)?.at(-1) as Turn;
    turn.ended = line;
    return turn;
  };
  const appoint = async (agreement: string, index: bigint, line: Line): Promise<void> => {
    const slot = `${agreement}-${index}`;
    const { heavy, feeBps } = terms.get(agreement) as { heavy: string; feeBps: number };
    const [provider, { parent, rent }] = await history.at(line.block).read<[number, { parent: number; rent: bigint }]>(history.contracts.market, 'slotOf', [Number(agreement), index]);
    // The fee rounds down, slot by slot.
    const fee = (rent * BigInt(feeBps)) / 10_000n;
    const tenure: Tenure = { id: nextId(bySlot, slot), slot, agreement, provider: String(provider), heavy, parent: String(parent), rent, fee, startEpoch: line.epoch, begun: line };
    tenures.push(tenure);
    put(slot, tenure);
  };
  for (const line of history.of('Market.Opened', 'Market.Grown', 'Market.Vacated', 'Market.Replaced', 'Market.SlotReleased')) {
    const agreement = id(line, 'id');
    const slot = `${agreement}-${id(line, 'slot')}`;
    const slots = terms.get(agreement)?.slots as number;
    if (line.event === 'Grown') for (let i = 0; i < slots; i += 1) end(`${agreement}-${i}`, line);
    if (line.event === 'Opened' || line.event === 'Grown') for (let i = 0; i < slots; i += 1) await appoint(agreement, BigInt(i), line);
    if (line.event === 'Vacated') {
      const { provider, rent } = end(slot, line);
      const vacancy: Turn = { id: nextId(bySlot, slot), slot, agreement, provider, rent, startEpoch: line.epoch, begun: line };
      vacancies.push(vacancy);
      put(slot, vacancy);
    }
    if (line.event === 'Replaced') {
      end(slot, line);
      await appoint(agreement, big(line, 'slot'), line);
    }
    if (line.event === 'SlotReleased') end(slot, line);
  }
  const ends = new Map(history.of('Market.Opened', 'Market.Extended', 'Market.Closed').map((line) => [id(line, 'id'), endPeriodOf(line) * history.clock.epochsPerPeriod]));
  return { tenures, vacancies, bySlot, terms, endOf: (agreement) => ends.get(agreement) as number };
}

/** The epoch up to which its rent runs, exclusive: a slot that is released in its agreement's last epoch has had that epoch. */
export function endOf(turns: Turns, turn: Turn): number {
  return turn.ended === undefined || turn.ended.event === 'SlotReleased' ? turns.endOf(turn.agreement) : turn.ended.epoch;
}

/** The epoch of the event that took the slot away before its agreement's end. */
export function cutOf({ ended }: Turn): number | undefined {
  return ended === undefined || ended.event === 'SlotReleased' ? undefined : ended.epoch;
}

/** Whether its rent runs in the epoch, as of the epoch's last event. */
export function runsIn(turns: Turns, turn: Turn, epoch: number): boolean {
  return turn.startEpoch <= epoch && epoch < endOf(turns, turn);
}

/** Whether its rent ran when the line came, the line's own changes included. */
export function runsAt(turns: Turns, turn: Turn, line: Line): boolean {
  const isCut = cutOf(turn) !== undefined && (turn.ended as Line).ordinal <= line.ordinal;
  return turn.begun.ordinal <= line.ordinal && !isCut && line.epoch < turns.endOf(turn.agreement);
}

function nextId(bySlot: ReadonlyMap<string, readonly unknown[]>, slot: string): string {
  return `${slot}-${(bySlot.get(slot)?.length ?? 0) + 1}`;
}

function termsOf(line: Line): { creator: string; heavy: string; feeBps: number; slots: number; batchLog2: number } {
  const { feeBps, k, m, batchLog2 } = line.args['terms'] as unknown as Record<'feeBps' | 'k' | 'm' | 'batchLog2', number>;
  return { creator: id(line, 'creator').toLowerCase(), heavy: id(line, 'heavy'), feeBps, slots: k + m, batchLog2 };
}

/** The last period in which anything was ever to end, or that has begun: a closing may have brought an end back. */
export function lastPeriod(history: History): number {
  return Math.max(history.period, ...history.of('Market.Opened', 'Market.Extended', 'Market.Closed').map(endPeriodOf));
}

/** The end that an opening, an extension or a closing sets. */
export function endPeriodOf({ args }: Line): number {
  return Number(args['endPeriod'] ?? (args['terms'] as unknown as { endPeriod: number }).endPeriod);
}

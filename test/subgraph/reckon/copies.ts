/** What an event says, told again by an entity: parameters, changes that wait, deeds of names, and what a transaction still waits for. */
import { getAddress, numberToHex, size } from 'viem';
import { id, isSame, last, type History, type Line } from './history.ts';
import { rowsOf, type Fields, type Reckoned } from './reckoned.ts';

const TIERS = ['Standard', 'Archival', 'Edge'] as const;

export function reckonCopies(history: History): Reckoned[] {
  const changes = history.of('Market.ParametersChanged');
  const scheduled = history.of('Manager.OperationScheduled');
  const transactions = Map.groupBy(history.lines, ({ transaction }) => transaction.hash);
  return [
    { type: 'Parameters', rows: rowsOf(changes, (line) => [line.id, parametersOf(line)]) },
    { type: 'TierRules', rows: rowsOf(changes.flatMap((line) => TIERS.map((tier, i) => ({ line, tier, i }))), ({ line, tier, i }) => [partOf(line, i + 1), rulesOf(line, tier)]) },
    { type: 'ScheduledChange', rows: rowsOf(scheduled, (line) => [`${id(line, 'operationId')}-${id(line, 'nonce')}`, changeOf(history, line)]) },
    { type: 'NameDeed', rows: deedsOf(history.of('Token.Approval')) },
    { type: 'Transaction', rows: rowsOf(transactions, ([hash, lines]) => [hash, { bondAwaited: bondAwaitedBy(history, lines) }]) },
  ];
}

/** Entities that share an event: its id, and the number of the part in four bytes, the lowest first. */
export function partOf(line: Line, part: number): string {
  return `${line.id}${part.toString(16).padStart(2, '0')}000000`;
}

function parametersOf(line: Line): Fields {
  const { bondUnits, ackEpochs, graceEpochs, healthBps, healthEpochs } = line.args['parameters'] as unknown as Fields;
  return { standard: partOf(line, 1), archival: partOf(line, 2), edge: partOf(line, 3), bondUnits, ackEpochs, graceEpochs, healthBps, healthEpochs, epoch: line.epoch, transaction: line.transaction.hash };
}

function rulesOf(line: Line, tier: (typeof TIERS)[number]): Fields {
  return { tier, ...((line.args['parameters'] as unknown as Readonly<Record<string, Fields>>)[tier.toLowerCase()] as Fields) };
}

/** An operation may be scheduled again: its nonce tells which of them was ended. */
function changeOf(history: History, line: Line): Fields {
  const { operationId, nonce, caller, target, data, schedule } = line.args;
  const end = last(history.of('Manager.OperationExecuted', 'Manager.OperationCanceled'), ({ args }) => args['operationId'] === operationId && args['nonce'] === nonce);
  return {
    operation: operationId, nonce, caller, target, data, scheduledFor: schedule, transaction: line.transaction.hash,
    state: end === undefined ? 'Scheduled' : end.event === 'OperationExecuted' ? 'Executed' : 'Canceled', endedBy: end?.transaction.hash ?? null,
  };
}

/** An approval of nothing claims a name that nobody has; the owner's approval of an address, as a number, hands it over. */
function deedsOf(approvals: readonly Line[]): Map<string, Fields> {
  const rows = new Map<string, Fields>();
  const owners = new Map<string, string[]>();
  for (const line of approvals) {
    const [name, from, value] = [id(line, 'spender').toLowerCase(), id(line, 'owner'), line.args['value'] as bigint];
    const known = owners.get(name) ?? [];
    const isHandOver = known.at(-1) === from && value > 0n && size(numberToHex(value)) <= 20;
    if (known.length === 0 ? value !== 0n : !isHandOver) continue;
    const owner = known.length === 0 ? from : getAddress(numberToHex(value, { size: 20 }));
    owners.set(name, [...known, owner]);
    rows.set(line.id, { name, owner, tenure: known.length + 1, timestamp: line.timestamp, transaction: line.transaction.hash });
  }
  return rows;
}

/** The bond moves to the market right behind the challenge. */
function bondAwaitedBy(history: History, lines: readonly Line[]): string | null {
  const posted = last(lines, ({ name }) => name === 'Market.Challenged');
  const isMoved = lines.some((line) => line.name === 'Token.Transfer' && line.ordinal > (posted?.ordinal ?? 0) && isSame(line.args['to'], history.deployment.market));
  return posted === undefined || isMoved ? null : id(posted, 'challenge');
}

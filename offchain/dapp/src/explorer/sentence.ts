/** Events as sentences whose parts know what they are, so that a page can link and a test can read them. Pure. */
import type { Address, Hex } from 'viem';
import { formatUnits } from 'viem';
import { CAUSES } from '../../../earnings/facts.ts';
import { TIERS } from '../../../chain/node-state.ts';
import { formatBps, formatBytes, shortHex } from '../ui/format.ts';
import { CAUSE_WORDS, TIER_WORDS } from './words.ts';
import { EVENT_WORDS, TOPICS } from './event-words.ts';
import type { Kind, Topic } from './event-words.ts';
import type { ContractName } from './contracts.ts';

export interface ChainEvent {
  readonly contract: ContractName;
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly block: bigint;
  readonly index: number;
  readonly transaction: Hex;
}

export type Part = string | { readonly kind: Kind; readonly value: unknown };
export type Sentence = readonly Part[];

const HOLE = /\{(\w+):(\w+)\}/g;

/** An event that nobody wrote a sentence for is named as it is. */
export function sayEvent({ contract, name, args }: Pick<ChainEvent, 'contract' | 'name' | 'args'>): Sentence {
  const words = EVENT_WORDS[`${contract}.${name}`];
  if (words === undefined) return [`${contract} said ${name}`];
  return fill(words.says, args);
}

function fill(template: string, args: Readonly<Record<string, unknown>>): Sentence {
  const parts: Part[] = [];
  let from = 0;
  for (const match of template.matchAll(HOLE)) {
    if (match.index > from) parts.push(template.slice(from, match.index));
    parts.push({ kind: match[2] as Kind, value: args[match[1]!] });
    from = match.index + match[0].length;
  }
  if (from < template.length) parts.push(template.slice(from));
  return parts;
}

export function topicOf({ contract, name }: Pick<ChainEvent, 'contract' | 'name'>): Topic {
  return EVENT_WORDS[`${contract}.${name}`]?.topic ?? 'rules';
}

/** The topics of a transaction, in their fixed order. */
export function topicsOf(events: readonly Pick<ChainEvent, 'contract' | 'name'>[]): Topic[] {
  const has = new Set(events.map(topicOf));
  return TOPICS.filter((topic) => has.has(topic));
}

/** What a transaction was about: its weightiest event, the first of several. Undefined where it said nothing. */
export function headlineOf<E extends Pick<ChainEvent, 'contract' | 'name'>>(events: readonly E[]): E | undefined {
  const weight = ({ contract, name }: Pick<ChainEvent, 'contract' | 'name'>): number => EVENT_WORDS[`${contract}.${name}`]?.weight ?? 5;
  let best: E | undefined;
  for (const event of events) if (best === undefined || weight(event) > weight(best)) best = event;
  return best;
}

/** As plain text: for titles, exports and tests. Amounts are exact. */
export function plain(sentence: Sentence): string {
  return sentence.map((part) => (typeof part === 'string' ? part : plainPart(part.kind, part.value))).join('');
}

export function plainPart(kind: Kind, value: unknown): string {
  switch (kind) {
    case 'tokens': return `${formatUnits(BigInt(value as bigint), 18)} HOLD`;
    case 'coin': return `${formatUnits(BigInt(value as bigint), 18)} coin`;
    case 'cause': return CAUSE_WORDS[CAUSES[Number(value)] ?? 'fault'].short;
    case 'tier': return TIER_WORDS[TIERS[Number(value)] ?? 'none'];
    case 'time': return timeText(value as bigint | number);
    case 'bytes': return formatBytes(value as bigint | number);
    case 'bps': return formatBps(Number(value));
    case 'address': return shortHex(value as Address);
    case 'text': return textOf(value);
    default: return String(value);
  }
}

/** What strangers wrote into a contract: bounded, and nothing that turns or hides text. */
function textOf(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return String(value).replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ').slice(0, 200);
}

/** Of Unix seconds. Years beyond what a calendar can show are "never". */
function timeText(seconds: bigint | number): string {
  const ms = Number(seconds) * 1000;
  return Number.isFinite(ms) && Math.abs(ms) < 8.64e15 ? new Date(ms).toISOString().replace('T', ' ').slice(0, 16) + ' UTC' : 'never';
}

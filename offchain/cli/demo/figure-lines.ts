import { formatAmount, formatBytes } from '../units.ts';
import type { Figures } from './story.ts';

/** Figures that are token units, as decimal strings. */
const AMOUNTS: ReadonlySet<string> = new Set(['staked', 'bought', 'cost', 'closedTermRefund', 'creatorTokens', 'slashed', 'bounty']);
/** Shown as a table by the step itself. */
const SHOWN_ELSEWHERE: ReadonlySet<string> = new Set(['table']);

/** A step's figures for people, one line each; the report has them as they are. */
export function figureLines(figures: Figures): string[] {
  return Object.entries(figures).flatMap(([key, value]) => (SHOWN_ELSEWHERE.has(key) ? [] : lineOf(key, value)));
}

function lineOf(key: string, value: unknown): string[] {
  const list = Array.isArray(value) ? value : [value];
  if (list.length === 0) return [`${words(key)}: none`];
  if (list.every((one) => typeof one === 'object' && one !== null)) return list.map((one) => `${words(key)}: ${facts(one as Record<string, unknown>)}`);
  return [`${words(key)}: ${list.map((one) => valueOf(key, one)).join(', ')}`];
}

function facts(record: Readonly<Record<string, unknown>>): string {
  return Object.entries(record).map(([key, value]) => `${words(key)} ${valueOf(key, value)}`).join(', ');
}

function valueOf(key: string, value: unknown): string {
  if (AMOUNTS.has(key)) return `${formatAmount(BigInt(String(value)))} tokens`;
  if (typeof value === 'number' && /bytes$/i.test(key)) return formatBytes(value);
  if (typeof value === 'number' && /seconds$/i.test(key)) return `${value} s`;
  return String(value);
}

/** "plainBytes" -> "plain bytes". */
function words(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).replace(/^rpc url$/, 'RPC');
}

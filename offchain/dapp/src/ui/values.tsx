import { epochStart } from '../../../chain/epoch.ts';
import { useChain } from '../state/chain.tsx';
import { useNow } from '../state/clock.ts';
import { TOKEN_UNIT, formatAmount, formatBytes, formatRelative, formatTime, shortHex } from './format.ts';

/** Token units with their unit; the title has every digit. */
export function Amount({ value, unit = TOKEN_UNIT, decimals = 18, digits = 4 }: { value: bigint; unit?: string; decimals?: number; digits?: number }) {
  const exact = formatAmount(value, { decimals, digits: decimals });
  return <span className="value" title={`${exact} ${unit}`}>{formatAmount(value, { decimals, digits })}<span className="unit"> {unit}</span></span>;
}

export function Bytes({ value }: { value: number | bigint }) {
  const [number, unit] = formatBytes(value).split(' ');
  return <span className="value" title={`${value.toLocaleString('en')} bytes`}>{number}<span className="unit"> {unit}</span></span>;
}

/** A moment, in words: "in 3 days"; the title has date and time. `seconds` in Unix time. */
export function Time({ seconds, style = 'relative' }: { seconds: number; style?: 'relative' | 'full' | 'both' }) {
  const now = useNow();
  const full = formatTime(seconds);
  const relative = formatRelative(seconds, now);
  return <time dateTime={new Date(seconds * 1000).toISOString()} title={full}>{style === 'relative' ? relative : style === 'full' ? full : `${full} (${relative})`}</time>;
}

/** When an epoch begins, told as time; the title names the epoch. */
export function EpochTime({ epoch, style = 'relative' }: { epoch: number; style?: 'relative' | 'full' }) {
  const { clock } = useChain();
  const now = useNow();
  const seconds = epochStart(clock, epoch);
  return <time dateTime={new Date(seconds * 1000).toISOString()} title={`Epoch ${epoch}, ${formatTime(seconds)}`}>{style === 'full' ? formatTime(seconds) : formatRelative(seconds, now)}</time>;
}

/** An address or hash, shortened for the eye and whole for copying and screen readers. */
export function Hex({ value, keep = 4 }: { value: string; keep?: number }) {
  return <span className="hex" title={value}><span aria-hidden="true">{shortHex(value, keep)}</span><span className="sr-only">{value}</span></span>;
}

/** The Range header of a request for a file. */
import { GatewayError } from '../errors.ts';

export interface Asked {
  readonly from: number;
  /** Behind the last byte. */
  readonly to: number;
}

/** Undefined: all of it, as for ranges of several parts and those that make no sense, which may be ignored. @throws GatewayError 416 */
export function byteRange(header: string | undefined, sizeBytes: number): Asked | undefined {
  const [, first = '', last = ''] = /^bytes=\s*(\d{0,15})-(\d{0,15})\s*$/.exec(header ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  const from = first === '' ? Math.max(0, sizeBytes - Number(last)) : Number(first);
  const to = first === '' || last === '' ? sizeBytes : Math.min(sizeBytes, Number(last) + 1);
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  if (from >= to) throw new GatewayError(416, 'RANGE', `The file has ${sizeBytes} bytes, and none of them is in that range.`);
  return { from, to };
}

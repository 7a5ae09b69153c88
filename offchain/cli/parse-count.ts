import { UsageError } from './errors.ts';

/** Apart from the other units, because these load the chain's library, which help and argument errors do not wait for. */
export function parseCount(text: string, options: { what: string; max: number; min?: number }): number {
  const value = /^[0-9]{1,15}$/.test(text) ? Number(text) : NaN;
  const min = options.min ?? 1;
  if (!(value >= min && value <= options.max)) throw new UsageError(`"${text}" is not ${options.what} from ${min} to ${options.max}.`);
  return value;
}

/** Values as the index writes them: large numbers and amounts as text. */
import { z } from 'zod';
import type { Address, Hex } from 'viem';

export const amount = z.union([z.string().regex(/^-?[0-9]{1,80}$/), z.number().int()]).transform((value) => BigInt(value));
/** A number of ours (epoch, node, agreement), whichever way it is written. */
export const whole = z.union([z.string().regex(/^-?[0-9]{1,15}$/), z.number().int()]).transform(Number);
export const hash = z.string().regex(/^0x[0-9a-f]{64}$/i).transform((value) => value as Hex);
export const account = z.string().regex(/^0x[0-9a-f]{40}$/i).transform((value) => value as Address);
/** A reference: the other's number. */
export const ref = z.object({ id: whole }).transform(({ id }) => id);
export const list = <T extends z.ZodType>(schema: T) => z.array(schema).max(1_000);

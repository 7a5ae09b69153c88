import type { z } from 'zod';
import { BadRequestError } from './http-errors.ts';

/** For JSON.stringify and Express's "json replacer": amounts become decimal strings. */
export function jsonReplacer(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}

export function toJson(value: unknown): string {
  return JSON.stringify(value, jsonReplacer);
}

/** Parses `value`, or throws BadRequestError that names the fields at fault. `what`: "the offer", "the reply of ...". */
export function parseAs<S extends z.ZodType>(schema: S, value: unknown, what: string): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const faults = result.error.issues.slice(0, 5).map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`);
  throw new BadRequestError(`${what} does not have the agreed shape (${faults.join('; ')}).`, { details: { faults } });
}

/** One question to a query endpoint, and its answer checked. */
import { z } from 'zod';
import { HoldfastError } from '../../../wire/errors.ts';

/** Variables travel as JSON: write bigints as text, as the dialect does. */
export type Variables = Readonly<Record<string, string | number | boolean | null | readonly string[] | readonly number[] | object>>;

export interface GraphQuestion<T> {
  readonly query: string;
  readonly variables?: Variables;
  /** The shape of `data`: an answer that does not fit is an error, never a broken page. */
  readonly schema: z.ZodType<T>;
}

const ANSWER_MAX_BYTES = 8 * 1024 * 1024;
const TIMEOUT_MS = 15_000;

const Envelope = z.object({
  data: z.unknown().optional(),
  errors: z.array(z.object({ message: z.string().max(10_000) })).optional(),
});

/** Amounts and large numbers are text in the dialect. */
export const graphBigInt = z.union([z.string().regex(/^-?[0-9]{1,80}$/), z.number().int()]).transform((value) => BigInt(value));

/** Throws QUERY_UNREACHABLE, QUERY_REFUSED, QUERY_MALFORMED. */
export async function askGraph<T>(url: string, question: GraphQuestion<T>, signal?: AbortSignal): Promise<T> {
  const late = AbortSignal.timeout(TIMEOUT_MS);
  let text: string;
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: question.query, variables: question.variables ?? {} }),
      signal: signal === undefined ? late : AbortSignal.any([signal, late]),
    });
    text = await response.text();
    if (!response.ok && !text.startsWith('{')) throw new Error(`it answered ${response.status}`);
  } catch (cause) {
    signal?.throwIfAborted();
    throw new HoldfastError('QUERY_UNREACHABLE', 'The index of the chain cannot be reached.', {
      cause,
      retryable: true,
      details: { url },
      nextStep: 'What the chain itself tells is still shown. Try again, or name another query endpoint in Settings.',
    });
  }
  return parseAnswer(text, question.schema);
}

export function parseAnswer<T>(text: string, schema: z.ZodType<T>): T {
  try {
    if (text.length > ANSWER_MAX_BYTES) throw new Error('the answer is too long');
    const { data, errors } = Envelope.parse(JSON.parse(text));
    const [first] = errors ?? [];
    if (first !== undefined) throw new HoldfastError('QUERY_REFUSED', `The index of the chain refused a question: ${first.message}`, { nextStep: 'It may be of another version: name another query endpoint in Settings.' });
    return schema.parse(data);
  } catch (cause) {
    if (cause instanceof HoldfastError) throw cause;
    throw new HoldfastError('QUERY_MALFORMED', 'The index of the chain gave an answer that makes no sense.', { cause, nextStep: 'Name another query endpoint in Settings.' });
  }
}

import { UserRejectedRequestError } from 'viem';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { WrongKeyError } from '../../../offchain/codec/format-errors.ts';
import { HoldfastError } from '../../../offchain/wire/errors.ts';
import { graphBigInt, parseAnswer } from '../../../offchain/dapp/src/state/ask-graph.ts';
import { explain } from '../../../offchain/dapp/src/state/explain.ts';
import { OLD_HEAD_SECONDS, oldHead } from '../../../offchain/dapp/src/state/old-head.ts';

describe('every failure has a sentence and a way on', () => {
  const cases: readonly [string, unknown, string][] = [
    ['ours', new HoldfastError('QUOTA_EXCEEDED', 'The space is used up.', { nextStep: 'Rent more.' }), 'QUOTA_EXCEEDED'],
    ['ours inside of another', new Error('outer', { cause: new HoldfastError('WRONG_KEY', 'Another wallet wrote this.', { nextStep: 'Connect that one.' }) }), 'WRONG_KEY'],
    ['a wallet that declines', new UserRejectedRequestError(new Error('no')), 'USER_REJECTED'],
    ['a declined request without a class', { code: 4001, message: 'User denied' }, 'USER_REJECTED'],
    ['a declined request, wrapped', new Error('failed', { cause: { code: 4001 } }), 'USER_REJECTED'],
    ['stopped', new DOMException('stopped', 'AbortError'), 'ABORTED'],
    ['late', new DOMException('late', 'TimeoutError'), 'TIMEOUT'],
    ['browser full', new DOMException('full', 'QuotaExceededError'), 'BROWSER_FULL'],
    ['file vanished', new DOMException('gone', 'NotFoundError'), 'FILE_VANISHED'],
    ['file changed', new DOMException('changed', 'NotReadableError'), 'FILE_UNREADABLE'],
    ['offline', new TypeError('Failed to fetch'), 'OFFLINE'],
    ['anything', new Error('first line\nsecond line'), 'UNEXPECTED'],
    ['no error at all', undefined, 'UNEXPECTED'],
    ['an empty one', new Error(''), 'UNEXPECTED'],
  ];
  test.each(cases)('%s', (_what, error, code) => {
    const told = explain(error);
    expect(told.code).toBe(code);
    expect(told.sentence.length).toBeGreaterThan(3);
    expect(told.sentence).not.toContain('\n');
    expect(told.nextStep).toMatch(/\.$/);
  });

  test('what its owner wanted is told quietly', () => {
    expect(explain({ code: 4001 }).isOwnChoice).toBe(true);
    expect(explain(new DOMException('stopped', 'AbortError')).isOwnChoice).toBe(true);
    expect(explain(new Error('x')).isOwnChoice).toBe(false);
  });

  test('causes in a circle and endless texts do no harm', () => {
    const circle = new Error('round') as Error & { cause: unknown };
    circle.cause = circle;
    expect(explain(circle).sentence).toBe('round');
    expect(explain(new Error('x'.repeat(10_000))).sentence.length).toBeLessThan(500);
  });
});

describe('answers of a query endpoint', () => {
  const schema = z.object({ epochs: z.array(z.object({ id: z.string(), paid: graphBigInt })) });

  test('fit, or are an error', () => {
    expect(parseAnswer('{"data":{"epochs":[{"id":"1","paid":"1000000000000000000000"}]}}', schema)).toEqual({ epochs: [{ id: '1', paid: 10n ** 21n }] });
    for (const text of ['', 'null', '[]', '<html>', '{"data":null}', '{"data":{"epochs":[{"id":1}]}}', '{"data":{"epochs":[{"id":"1","paid":"1e9"}]}}', '{"data":{"epochs":"x"}}']) {
      expect(() => parseAnswer(text, schema)).toThrow(expect.objectContaining({ code: 'QUERY_MALFORMED' }));
    }
  });

  test('errors of the endpoint are told', () => expect(() => parseAnswer('{"errors":[{"message":"no such field"}]}', schema)).toThrow(expect.objectContaining({ code: 'QUERY_REFUSED', message: expect.stringContaining('no such field') as string })));
});

test('a chain that stands still is told, but not on a devnet, which waits for somebody to send something', () => {
  const at = { blockSeconds: 1_000, nowSeconds: 1_000 + OLD_HEAD_SECONDS, isDevnet: false };
  expect(oldHead(at)).toBeUndefined();
  expect(oldHead({ ...at, nowSeconds: at.nowSeconds + 1 })).toBe(OLD_HEAD_SECONDS + 1);
  expect(oldHead({ ...at, nowSeconds: 1e9, isDevnet: true })).toBeUndefined();
  expect(oldHead({ ...at, nowSeconds: 0 })).toBeUndefined();
});

test('what the protocol says in its units and commands, a page says in its own', () => {
  const full = explain(new HoldfastError('QUOTA_EXCEEDED', 'The upload needs 3 batches.', { details: { agreement: 7, needBatches: 3, freeBatches: 0, batchBytes: 1 << 20 } }));
  expect(full.sentence).toBe('This takes at least 3 MiB of agreement 7, which has nothing left. Nothing was stored or paid.');
  expect(explain(new HoldfastError('QUOTA_EXCEEDED', 'The upload needs 3 batches.')).sentence).toBe('The upload needs 3 batches.');
  expect(explain(new HoldfastError('NO_SHARE_KEY', 'No key.', { nextStep: 'Run `holdfast share-key`.' })).nextStep).toContain('Shared with me');
  expect(explain(new WrongKeyError('home folder')).sentence).toBe('What you have stored was encrypted with another key than this one.');
});

import { describe, expect, it } from 'vitest';
import { contentTypeOf } from '../../offchain/cli/content-type.ts';
import { UsageError } from '../../offchain/cli/errors.ts';
import { exitCodeOf } from '../../offchain/cli/exit-codes.ts';
import { topicLines } from '../../offchain/cli/help/describe.ts';
import { withWayOn } from '../../offchain/cli/how-to-go-on.ts';
import { table } from '../../offchain/cli/output.ts';
import { createProgress, progressText } from '../../offchain/cli/progress.ts';
import { formatAmount, formatBytes, formatSeconds, parseAmount, parseBatchLog2, parseScheme, parseSize, schemeForSuppliers } from '../../offchain/cli/units.ts';
import { HoldfastError } from '../../offchain/wire/errors.ts';

describe('units', () => {
  it.each([
    ['4096', 4096n],
    ['10GiB', 10n * 2n ** 30n],
    ['1.5 MiB', 1_572_864n],
    ['1tb', 10n ** 12n],
    ['0.000001GiB', 1073n],
  ])('reads the size %s', (text, bytes) => expect(parseSize(text)).toBe(bytes));

  it.each(['', '-1', 'GiB', '1.2.3MiB', '10 furlongs', '1e9', '10constructor', '1 Constructor'])('refuses the size "%s"', (text) => expect(() => parseSize(text)).toThrow(UsageError));

  it('takes no word for more than it is that every object knows', () => {
    expect(exitCodeOf(new HoldfastError('constructor', 'what a node may say'))).toBe(1);
    expect(contentTypeOf('x.constructor')).toBe('application/octet-stream');
    expect(() => topicLines('constructor')).toThrow(UsageError);
    expect(withWayOn(new HoldfastError('ABORTED', 'x'), ['node', 'holdfast', 'rm', 'constructor'])).toMatchObject({ nextStep: expect.stringContaining('run it again') });
  });

  it('reads batches, schemes, supplier counts and amounts', () => {
    expect(parseBatchLog2('8MiB')).toBe(23);
    expect(() => parseBatchLog2('32KiB')).toThrow(UsageError);
    expect(() => parseBatchLog2('512MiB')).toThrow(UsageError);
    expect(parseScheme('10+6')).toEqual({ k: 10, m: 6 });
    expect(() => parseScheme('60+6')).toThrow(UsageError);
    expect(schemeForSuppliers('13')).toEqual({ k: 7, m: 6 });
    expect(parseAmount('0.000000000000000001')).toBe(1n);
    expect(() => parseAmount('0.0000000000000000001')).toThrow(UsageError);
    expect(() => parseAmount('-1')).toThrow(UsageError);
  });

  it('writes what it reads', () => {
    expect(formatAmount(parseAmount('12.5'))).toBe('12.5');
    expect(formatBytes(0)).toBe('0 B');
    expect(formatBytes(1536)).toBe('1.5 KiB');
    expect(formatBytes(2n ** 40n)).toBe('1.0 TiB');
    expect([formatSeconds(1.2), formatSeconds(75), formatSeconds(7260)]).toEqual(['2s', '1m15s', '2h01m']);
  });

  it('aligns tables', () => {
    expect(table([['a', 'count'], ['long', '7']], { right: [1] })).toEqual(['a     count', 'long      7']);
  });
});

describe('progress', () => {
  it('shows share, rate and time left', () => {
    const text = progressText({ label: 'Sending', done: 2 ** 20, total: 2 ** 22 }, { elapsedMs: 1000, withBar: true });
    expect(text).toBe('Sending  [======                  ]  25 %  1.0 MiB of 4.0 MiB  1.0 MiB/s  3s left');
  });

  it('writes lines now and then, and the last state at the end', () => {
    let nowMs = 0;
    const written: string[] = [];
    const progress = createProgress({ mode: 'lines', write: (text) => written.push(text), nowMs: () => nowMs });
    for (; nowMs <= 3000; nowMs += 100) progress.update({ label: 'Sending', done: nowMs, total: 3000 });
    progress.done();
    expect(written).toHaveLength(3);
    expect(written.at(-1)).toContain('100 %');
    expect(written.every((line) => line.endsWith('\n') && !line.includes('\u001b'))).toBe(true);
  });

  it('is silent when it is off', () => {
    const written: string[] = [];
    const progress = createProgress({ mode: 'off', write: (text) => written.push(text) });
    progress.update({ label: 'Sending', done: 1 });
    progress.done();
    expect(written).toEqual([]);
  });
});

describe('exit codes', () => {
  it('come from the first known code along the causes', () => {
    expect(exitCodeOf(new HoldfastError('INSUFFICIENT_TOKENS', 'x'))).toBe(4);
    expect(exitCodeOf(new HoldfastError('SOMETHING', 'x', { cause: new HoldfastError('RPC_UNAVAILABLE', 'y') }))).toBe(5);
    expect(exitCodeOf(new Error('x'))).toBe(1);
    const said = { 2: ['USAGE', 'BAD_CONFIG', 'BAD_DEPLOYMENT', 'BAD_DATABASE_URL'], 5: ['TRANSACTION_TIMEOUT', 'CATALOG_UNREACHABLE'], 7: ['NO_SUCH_NAME', 'NO_AGREEMENT', 'NO_SUCH_NODE', 'NOT_REGISTERED'], 8: ['READ_PRICE', 'READ_BUDGET'] };
    for (const [exit, codes] of Object.entries(said)) for (const code of codes) expect(exitCodeOf(new HoldfastError(code, 'x')), code).toBe(Number(exit));
  });
});

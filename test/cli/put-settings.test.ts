import { describe, expect, it } from 'vitest';
import { parseRange } from '../../offchain/cli/get-command.ts';
import { createProgress } from '../../offchain/cli/progress.ts';
import { parseChunking, parseCompression } from '../../offchain/cli/put-settings.ts';
import { safeText } from '../../offchain/cli/safe-text.ts';

describe('settings of put and get', () => {
  it('reads compressions with and without a level', () => {
    expect(parseCompression('zstd')).toEqual({ kind: 'zstd', level: 2 });
    expect(parseCompression('zstd:22')).toEqual({ kind: 'zstd', level: 22 });
    expect(parseCompression('gzip:9')).toEqual({ kind: 'gzip', level: 9 });
    expect(parseCompression('none')).toEqual({ kind: 'none', level: 0 });
    for (const text of ['', 'lz4', 'zstd:', 'zstd:0', 'zstd:23', 'gzip:10', 'none:1', 'zstd:1:2']) expect(() => parseCompression(text)).toThrow();
  });

  it('reads how to cut', () => {
    expect(parseChunking('cdc')).toEqual({ kind: 'cdc', sizeBytes: 1 << 20 });
    expect(parseChunking('cdc:64KiB')).toEqual({ kind: 'cdc', sizeBytes: 1 << 16 });
    expect(parseChunking('fixed:3MiB')).toEqual({ kind: 'fixed', sizeBytes: 3 << 20 });
    for (const text of ['', 'rabin', 'cdc:2MiB', 'cdc:100KiB', 'fixed:5MiB', 'fixed:1KiB', 'fixed:much']) expect(() => parseChunking(text)).toThrow();
  });

  it('reads ranges as HTTP has them', () => {
    expect(parseRange('0-1023')).toEqual({ start: 0, end: 1024 });
    expect(parseRange('7-7')).toEqual({ start: 7, end: 8 });
    expect(parseRange('4096-')).toEqual({ start: 4096 });
    expect(parseRange('-512')).toEqual({ last: 512 });
    for (const text of ['', '-', '-0', '5-4', 'a-b', '1-2-3', '0x1-2']) expect(() => parseRange(text)).toThrow();
  });

  it('writes out what would move a cursor or turn the reading direction', () => {
    expect(safeText('a\u001b[2Jb\u202ec\n')).toBe('a\\u{1b}[2Jb\\u{202e}c\\u{a}');
    expect(safeText('ü 🧱 👩‍🚀')).toBe('ü 🧱 👩‍🚀');
  });
});

it('tells progress as JSON lines, every stage at least once, with a rate of its own', () => {
  const written: string[] = [];
  let nowMs = 0;
  const progress = createProgress({ mode: 'json', write: (text) => written.push(text), nowMs: () => nowMs });
  progress.update({ label: 'Encoding', stage: 'encode', done: 0, total: 1000 });
  nowMs = 1000;
  progress.update({ label: 'Encoding', stage: 'encode', done: 500, total: 1000 });
  nowMs = 1001;
  progress.update({ label: 'Committing', stage: 'commit', done: 0 });
  progress.done();
  expect(written.map((line) => JSON.parse(line) as unknown)).toEqual([
    { progress: { stage: 'encode', doneBytes: 0, totalBytes: 1000, bytesPerSecond: null, secondsLeft: null } },
    { progress: { stage: 'encode', doneBytes: 500, totalBytes: 1000, bytesPerSecond: 500, secondsLeft: 1 } },
    { progress: { stage: 'commit', doneBytes: 0, totalBytes: null, bytesPerSecond: null, secondsLeft: null } },
  ]);
});

import { describe, expect, it } from 'vitest';
import { parseAs } from '../../offchain/wire/json.ts';
import { CORES_MAX, JobFailure, LeasedJob, PromiseRequest, monthOf } from '../../offchain/wire/jobs.ts';

const hash = `0x${'ab'.repeat(32)}`;
const address = `0x${'11'.repeat(20)}`;
const sealed = (slot: number) => ({ slot, root: hash, key: hash });
const rebuild = { kind: 'rebuild', agreement: 1, batchId: hash, k: 10, m: 6, batchLog2: 28, wanted: [sealed(3)], sources: [{ ...sealed(4), provider: 9 }] };
const audit = { kind: 'audit', agreement: 1, batchId: hash, slot: 0, provider: 2, root: hash, leaves: 1_024, first: 7, count: 64 };
const leased = (spec: unknown, changes: object = {}) => ({ job: '0'.repeat(32), leaseMs: 1_000, spec, ...changes });
const promise = { worker: address, heavy: 1, month: 0, cores: 4, percent: 50, payout: address, sequence: 1, expiry: 2 };
const signature = `0x${'22'.repeat(64)}`;

describe('a leased job', () => {
  it.each([['rebuild', rebuild], ['audit', audit], ['verify-tree', { ...audit, kind: 'verify-tree', first: undefined, count: undefined }]])('%s passes as JSON', (kind, spec) => {
    const text = JSON.stringify(leased(spec));
    expect(parseAs(LeasedJob, JSON.parse(text), 'The job').spec.kind).toBe(kind);
    // Cut anywhere it is no JSON; and no field may be left out.
    expect(() => JSON.parse(text.slice(0, -1)) as unknown).toThrow();
    for (const key of Object.keys(JSON.parse(JSON.stringify(spec)) as object)) expect(() => parseAs(LeasedJob, leased({ ...spec, [key]: undefined }), 'The job')).toThrow(/agreed shape/);
  });

  it.each([
    ['an unknown kind', leased({ ...audit, kind: 'mine-coins' })],
    ['an address to read from', leased({ ...audit, endpoint: 'http://127.0.0.1' })],
    ['more slots than an agreement has', leased({ ...rebuild, wanted: Array.from({ length: 65 }, (_, i) => sealed(i)) })],
    ['no slot', leased({ ...rebuild, wanted: [] })],
    ['a batch of 2^60 bytes', leased({ ...rebuild, batchLog2: 60 })],
    ['a fragment of 2^31 leaves', leased({ ...audit, leaves: 2 ** 31 })],
    ['a half leaf', leased({ ...audit, count: 0.5 })],
    ['a name that is none', leased(audit, { job: '../../workers' })],
    ['a lease of no time', leased(audit, { leaseMs: 0 })],
    ['a short key', leased({ ...rebuild, wanted: [{ ...sealed(1), key: '0x00' }] })],
  ])('with %s is none', (_what, value) => {
    expect(() => parseAs(LeasedJob, value, 'The job')).toThrow(/agreed shape/);
  });
});

describe('a promise', () => {
  it.each([
    ['more cores than there are', { cores: CORES_MAX + 1 }],
    ['no core', { cores: 0 }],
    ['more than the whole of each', { percent: 101 }],
    ['part of a per cent', { percent: 0.5 }],
    ['something that is not signed', { note: 'more' }],
  ])('of %s is none', (_what, changes) => {
    expect(() => parseAs(PromiseRequest, { promise: { ...promise, ...changes }, signature }, 'The promise')).toThrow(/agreed shape/);
    expect(parseAs(PromiseRequest, { promise, signature }, 'The promise').promise.cores).toBe(4);
  });
});

it('a failure is no place for long stories', () => {
  expect(() => parseAs(JobFailure, { reason: 'error', message: 'x'.repeat(401) }, 'The report')).toThrow(/agreed shape/);
});

it('months are four periods', () => {
  expect([-3, 0, 3, 4, 9].map(monthOf)).toEqual([0, 0, 0, 1, 2]);
});

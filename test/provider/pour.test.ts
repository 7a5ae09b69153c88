import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { BrokenOff, pour } from '../../offchain/provider/pour.ts';
import { pattern, pieces } from './support.ts';

const BYTES = pattern('poured', 200_000);

const sources: [string, () => Readable | AsyncIterable<Uint8Array>][] = [
  ['a stream', () => Readable.from(pieces(BYTES.slice(), 3_000), { objectMode: false })],
  ['a generator', () => pieces(BYTES, 3_000)],
];

describe.each(sources)('%s', (_name, make) => {
  it('is read whole and in order, each piece after the one before was taken', async () => {
    const taken: Uint8Array[] = [];
    let isTaking = false;
    await pour(make(), undefined, (piece) => {
      expect(isTaking).toBe(false);
      taken.push(piece.slice());
      if (taken.length % 5 !== 0) return undefined;
      isTaking = true;
      return setImmediate().then(() => void (isTaking = false));
    });
    expect(Buffer.compare(Buffer.concat(taken), BYTES)).toBe(0);
  });

  it.each([
    ['at once', () => { throw new RangeError('too much'); }],
    ['later', () => Promise.reject(new RangeError('too much'))],
  ])('is read no further when a piece is refused %s', async (_when, refuse) => {
    let count = 0;
    await expect(pour(make(), undefined, () => (++count === 2 ? refuse() : undefined))).rejects.toThrow(RangeError);
    await setImmediate();
    expect(count).toBe(2);
  });

  it('breaks off when the signal fires', async () => {
    const control = new AbortController();
    const why = new Error('superseded');
    const poured = pour(make(), control.signal, () => {
      control.abort(why);
      return setImmediate();
    });
    await expect(poured).rejects.toThrow(BrokenOff);
    await expect(poured).rejects.toMatchObject({ cause: why });
  });
});

describe('a stream', () => {
  it('that fails, or ends without an end, breaks off once the piece before was taken', async () => {
    for (const cause of [new Error('reset'), undefined]) {
      const stream = new PassThrough();
      let isTaken = false;
      stream.write(Buffer.from('half'));
      const poured = pour(stream, undefined, async () => {
        stream.destroy(cause);
        await setImmediate();
        isTaken = true;
      });
      await expect(poured).rejects.toThrow(BrokenOff);
      expect(isTaken).toBe(true);
    }
  });

  it('that is over already is not waited for', async () => {
    const ended = Readable.from([]).resume();
    await once(ended, 'end');
    await pour(ended, undefined, () => undefined);
    const destroyed = new PassThrough().destroy();
    await expect(pour(destroyed, undefined, () => undefined)).rejects.toThrow(BrokenOff);
  });

  it('can be drained after a refusal', async () => {
    const stream = Readable.from(pieces(BYTES.slice(), 3_000), { objectMode: false });
    await expect(pour(stream, undefined, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    stream.resume();
    await once(stream, 'end');
  });
});

it('gives the memory of an HTTP request back piece by piece', async () => {
  const seen: Uint8Array[] = [];
  let sum = 0;
  const server = http.createServer((request, response) => {
    void pour(request, undefined, (piece) => {
      seen.push(piece);
      sum += piece.length;
      return undefined;
    }).then(() => response.end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const request = http.request({ port: (server.address() as AddressInfo).port, method: 'PUT' });
  request.end(BYTES);
  const [reply] = (await once(request, 'response')) as [http.IncomingMessage];
  reply.resume();
  await once(reply, 'end');
  expect(sum).toBe(BYTES.length);
  expect(seen.map((piece) => piece.length)).toEqual(seen.map(() => 0));
  server.close();
  server.closeAllConnections();
});

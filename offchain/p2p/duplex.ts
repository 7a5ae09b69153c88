/** A libp2p stream as one of Node's, with back-pressure both ways. */
import { Duplex } from 'node:stream';
import type { Stream } from '@libp2p/interface';

export function toDuplex(stream: Stream): Duplex {
  const onMessage = ({ data }: { data: { subarray(): Uint8Array } }): void => {
    if (!duplex.push(data.subarray())) tryTo(() => stream.pause());
  };
  const onEnd = (): void => void duplex.push(null);
  const onClose = ({ error }: { error?: Error }): void => {
    if (error !== undefined) duplex.destroy(error);
    else if (!duplex.readableEnded) duplex.push(null);
  };
  const duplex = new Duplex({
    allowHalfOpen: true,
    read: () => tryTo(() => stream.resume()),
    write(chunk: Uint8Array, _encoding, done) {
      try {
        if (stream.send(chunk)) done();
        else stream.onDrain().then(() => done(), done);
      } catch (error) {
        done(error as Error);
      }
    },
    final(done) {
      stream.close().then(() => done(), done);
    },
    destroy(error, done) {
      stream.removeEventListener('message', onMessage);
      stream.removeEventListener('end', onEnd);
      stream.removeEventListener('close', onClose);
      if (stream.status === 'open') stream.abort(error ?? new Error('the stream was given up'));
      done(error);
    },
  });
  stream.addEventListener('end', onEnd);
  stream.addEventListener('close', onClose);
  stream.addEventListener('message', onMessage);
  return duplex;
}

/** A stream that has just ended refuses to be paused or resumed, which changes nothing any more. */
function tryTo(act: () => void): void {
  try {
    act();
  } catch {
    // Ended.
  }
}

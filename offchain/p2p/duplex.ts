/** A libp2p stream as one of Node's, with back-pressure both ways. */
import { Duplex } from 'node:stream';
import type { Stream } from '@libp2p/interface';

export function toDuplex(stream: Stream): Duplex {
  let isEnded = false;
  const onMessage = ({ data }: { data: { subarray(): Uint8Array } }): void => {
    if (!duplex.push(data.subarray())) tryTo(() => stream.pause());
  };
  const onEnd = (): void => {
    if (isEnded) return;
    isEnded = true;
    duplex.push(null);
  };
  /** A reset behind the end takes away nothing that has not been read yet. */
  const onClose = ({ error }: { error?: Error }): void => void (error !== undefined && !isEnded ? duplex.destroy(error) : onEnd());
  const duplex = new Duplex({
    allowHalfOpen: true,
    read: () => tryTo(() => stream.resume()),
    write(chunk: Uint8Array, _encoding, done) {
      try {
        stream.send(chunk);
      } catch (error) {
        return done(error as Error);
      }
      whenSent(stream, done);
    },
    final(done) {
      stream.close().then(() => done(), done);
    },
    destroy(error, done) {
      stream.removeEventListener('message', onMessage);
      stream.removeEventListener('end', onEnd);
      stream.removeEventListener('close', onClose);
      if (stream.status === 'open' || stream.status === 'closing') stream.abort(error ?? new Error('the stream was given up'));
      done(error);
    },
  });
  stream.addEventListener('end', onEnd);
  stream.addEventListener('close', onClose);
  stream.addEventListener('message', onMessage);
  return duplex;
}

/** The stream's own `onDrain` resolves at once from its second use on, so its buffer would grow without an end: wait until it is empty. */
function whenSent(stream: Stream, done: (error?: Error) => void): void {
  if (stream.writeBufferLength === 0) return done();
  const settle = (error?: Error): void => {
    stream.removeEventListener('idle', onIdle);
    stream.removeEventListener('close', onClose);
    // Not at once: 'idle' comes from the middle of sending, and what is sent from there would lie until the next chunk.
    queueMicrotask(() => done(error));
  };
  const onIdle = (): void => settle();
  const onClose = ({ error }: { error?: Error }): void => settle(error ?? new Error('the stream was closed while bytes waited'));
  stream.addEventListener('idle', onIdle);
  stream.addEventListener('close', onClose);
}

/** A stream that has just ended refuses to be paused or resumed, which changes nothing any more. */
function tryTo(act: () => void): void {
  try {
    act();
  } catch {
    // Ended.
  }
}

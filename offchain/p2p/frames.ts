/** One message per direction of a stream: four bytes of length, then that many bytes of JSON. Every read has a size and a time. */
import type { Stream } from '@libp2p/interface';
import type { z } from 'zod';
import { toJson } from '../wire/json.ts';
import { RefusedError } from './errors.ts';

const HEADER_BYTES = 4;

export interface FrameBounds {
  readonly maxBytes: number;
  /** From the call until the last byte: trickling does not prolong it. */
  readonly timeoutMs: number;
}

/** @throws RefusedError: oversize, slow, broken, garbage (bytes behind the frame) */
export function readFrame(stream: Stream, { maxBytes, timeoutMs }: FrameBounds): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const parts: Uint8Array[] = [];
    let sizeBytes = 0;
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      stream.removeEventListener('message', onMessage);
      stream.removeEventListener('end', onEnd);
      stream.removeEventListener('close', onEnd);
      settle();
    };
    const refuse = (error: RefusedError): void => finish(() => reject(error));
    const onEnd = (): void => refuse(new RefusedError('broken', 'The stream ended in the middle of a message.'));
    const onMessage = ({ data }: { data: { subarray(): Uint8Array } }): void => {
      const part = data.subarray();
      parts.push(part);
      sizeBytes += part.length;
      if (sizeBytes > HEADER_BYTES + maxBytes) return refuse(new RefusedError('oversize', `The message is longer than ${maxBytes} bytes.`));
      if (sizeBytes < HEADER_BYTES) return;
      const bytes = Buffer.concat(parts);
      parts.splice(0, parts.length, bytes);
      const wanted = bytes.readUInt32BE(0);
      if (wanted > maxBytes) return refuse(new RefusedError('oversize', `The message claims ${wanted} bytes of at most ${maxBytes}.`));
      if (sizeBytes > HEADER_BYTES + wanted) return refuse(new RefusedError('garbage', 'The message is longer than it says.'));
      if (sizeBytes === HEADER_BYTES + wanted) finish(() => resolve(bytes.subarray(HEADER_BYTES)));
    };
    const timer = setTimeout(() => refuse(new RefusedError('slow', `The message was not complete within ${timeoutMs} ms.`)), timeoutMs);
    stream.addEventListener('end', onEnd);
    stream.addEventListener('close', onEnd);
    stream.addEventListener('message', onMessage);
  });
}

/** @throws RefusedError */
export async function readMessage<S extends z.ZodType>(stream: Stream, schema: S, bounds: FrameBounds): Promise<z.output<S>> {
  const bytes = await readFrame(stream, bounds);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new RefusedError('garbage', 'The message is not JSON.', cause);
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new RefusedError('garbage', `The message does not have the agreed shape (${parsed.error.issues[0]?.message ?? ''}).`);
  return parsed.data;
}

/** Sends one message (bigints as decimal strings). Does not close the stream. */
export function sendMessage(stream: Stream, message: unknown): void {
  const body = new TextEncoder().encode(toJson(message));
  const frame = Buffer.alloc(HEADER_BYTES + body.length);
  frame.writeUInt32BE(body.length, 0);
  frame.set(body, HEADER_BYTES);
  stream.send(frame);
}

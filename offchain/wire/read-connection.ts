import type net from 'node:net';
import { JSON_BODY_BYTES, RESPONSE_HEAD_BYTES } from './limits.ts';
import { type ResponseHead, parseHead } from './response-head.ts';

/** How a request ended: the target is full, or the server said something else; `body` is there where it is small and of known size. */
export interface Answer {
  readonly head: ResponseHead;
  readonly isFull: boolean;
  readonly body: Uint8Array | undefined;
}

interface Reading {
  readonly target: Uint8Array;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
  head: ResponseHead | undefined;
  sink: Uint8Array | undefined;
  at: number;
}

/** The connection broke before the first byte of an answer: a kept one that the server closed in that moment, maybe. */
export class NothingCameError extends Error {}

/**
 * One connection that reads bodies from the socket straight into the caller's memory: node:http makes two garbage copies of each 64 KiB on the
 * way, which costs five times the processor time. One request at a time.
 */
export class ReadConnection {
  readonly #socket: net.Socket;
  /** Heads land here, with the first bytes of the body behind them. */
  readonly #scratch = Buffer.allocUnsafeSlow(RESPONSE_HEAD_BYTES);
  #headBytes = 0;
  #reading: Reading | undefined;
  #isReusable = true;

  constructor(address: { readonly host: string; readonly port: number }, onClose: () => void) {
    // Asked for, not imported: pages load this file too, and never open one.
    this.#socket = process.getBuiltinModule('node:net').connect({
      ...address,
      noDelay: true,
      onread: {
        buffer: () => this.#room(),
        callback: (sizeBytes) => {
          this.#take(sizeBytes);
          return true;
        },
      },
    });
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('timeout', () => this.end(Object.assign(new Error('silent for too long'), { name: 'TimeoutError' })));
    this.#socket.on('close', () => {
      this.#fail(new Error('the connection was closed'));
      onClose();
    });
  }

  get isReusable(): boolean {
    return this.#isReusable && !this.#socket.destroyed;
  }

  /** `request`: the head to send. Silence of `idleMs` ends it. Afterwards nothing writes to `target` any more, however it ended. */
  get(request: string, { target, idleMs }: { readonly target: Uint8Array; readonly idleMs: number }): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#headBytes = 0;
      this.#reading = { target, resolve, reject, head: undefined, sink: undefined, at: 0 };
      this.#socket.ref();
      this.#socket.setTimeout(idleMs);
      this.#socket.write(request);
    });
  }

  /** Keeps nobody waiting and the process not alive; ends by itself after `freeMs`. */
  rest(freeMs: number): void {
    this.#socket.unref();
    this.#socket.setTimeout(freeMs);
  }

  end(reason: unknown): void {
    // Destroying closes the handle at once: what still lies in the socket is never read.
    this.#socket.destroy();
    this.#fail(reason);
  }

  /** Where the next bytes of the socket go. */
  #room(): Uint8Array {
    const { sink, at } = this.#reading ?? {};
    return sink === undefined ? this.#scratch.subarray(this.#headBytes) : sink.subarray(at);
  }

  #take(sizeBytes: number): void {
    const reading = this.#reading;
    // Nobody asked for it.
    if (reading === undefined) return void this.#socket.destroy();
    if (reading.sink === undefined) this.#takeHead(reading, sizeBytes);
    else {
      reading.at += sizeBytes;
      this.#finishWhenFull(reading);
    }
  }

  #takeHead(reading: Reading, sizeBytes: number): void {
    this.#headBytes += sizeBytes;
    const bytes = this.#scratch.subarray(0, this.#headBytes);
    const end = bytes.indexOf('\r\n\r\n');
    if (end < 0) {
      if (this.#headBytes === this.#scratch.length) this.end(new Error('it sent no end of its headers'));
      return;
    }
    const head = parseHead(bytes.toString('latin1', 0, end));
    if (head === undefined) return this.end(new Error('its answer is not HTTP'));
    reading.head = head;
    reading.sink = sinkOf(head, reading.target);
    this.#isReusable &&= head.isKept;
    if (reading.sink === undefined) return this.#finish(reading, { head, isFull: false, body: undefined });
    const body = bytes.subarray(end + 4);
    // More than it announced: the connection is of no further use.
    if (body.length > reading.sink.length) this.#isReusable = false;
    const first = body.subarray(0, reading.sink.length);
    reading.sink.set(first);
    reading.at = first.length;
    this.#finishWhenFull(reading);
  }

  #finishWhenFull(reading: Reading): void {
    const { head, sink, target, at } = reading;
    if (head === undefined || sink === undefined || at < sink.length) return;
    this.#finish(reading, { head, isFull: sink === target, body: sink === target ? undefined : sink });
  }

  #finish(reading: Reading, answer: Answer): void {
    this.#reading = undefined;
    this.#headBytes = 0;
    // A body that is not wanted lies in the way of the next answer.
    if (!this.#isReusable || reading.sink === undefined) this.#socket.destroy();
    reading.resolve(answer);
  }

  #fail(reason: unknown): void {
    const reading = this.#reading;
    this.#reading = undefined;
    reading?.reject(reading.head === undefined && this.#headBytes === 0 && !isTimeout(reason) ? new NothingCameError('nothing came', { cause: reason }) : reason);
  }
}

function sinkOf({ status, sizeBytes }: ResponseHead, target: Uint8Array): Uint8Array | undefined {
  if (sizeBytes === undefined) return undefined;
  if (status === 200) return sizeBytes === target.length ? target : undefined;
  return status >= 400 && sizeBytes <= JSON_BODY_BYTES ? new Uint8Array(sizeBytes) : undefined;
}

function isTimeout(reason: unknown): boolean {
  return reason instanceof Error && reason.name === 'TimeoutError';
}

import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import { BadRequestError, HttpError, TooLargeError } from './http-errors.ts';
import { JSON_BODY_BYTES } from './limits.ts';

/**
 * Parses a JSON body of at most `maxBytes` into `request.body`, which stays undefined when the body is of another type. What is too long is
 * refused when that is known, by its announced or its real length: the rest is not waited for, as Express's own parser would.
 */
export function jsonBody(maxBytes: number = JSON_BODY_BYTES): RequestHandler {
  return (request, _response, next) => {
    if (!request.is('application/json')) return next();
    readJson(request, maxBytes).then((body) => {
      request.body = body;
      next();
    }, next);
  };
}

/** @throws TooLargeError, BadRequestError, HttpError (415) */
async function readJson(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  const { 'content-encoding': encoding = 'identity', 'content-length': announced = '0' } = request.headers;
  if (encoding !== 'identity') throw new HttpError(415, 'UNSUPPORTED_ENCODING', `A body in the encoding ${encoding} is not understood here.`, { nextStep: 'Send it plain.' });
  const tooLarge = () => new TooLargeError(`The body has more than ${maxBytes} bytes.`);
  if (Number(announced) > maxBytes) throw tooLarge();
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  // The connection must outlive a refusal: it still carries the answer.
  for await (const part of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
    sizeBytes += part.length;
    if (sizeBytes > maxBytes) throw tooLarge();
    parts.push(part);
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts)));
  } catch (cause) {
    throw new BadRequestError('The body is not JSON.', { cause });
  }
}

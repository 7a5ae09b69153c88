import type { Express, Request, Response } from 'express';
import { hash } from '../wire/fields.ts';
import { BadRequestError } from '../wire/http-errors.ts';
import { parseAs } from '../wire/json.ts';
import { IDLE_TIMEOUT_MS } from '../wire/limits.ts';
import { VOUCHER_HEADER } from '../wire/paid-reads.ts';
import { chargeRead } from './charge-read.ts';
import type { Provider } from './context.ts';
import { drain } from './drain.ts';
import { FRAGMENT, keyOf, leavesOf, lowerCase } from './fragment-request.ts';
import { getFragment } from './get-fragment.ts';
import { headFragment } from './head-fragment.ts';
import { putFragment } from './put-fragment.ts';
import type { Upload } from './put-fragment.ts';
import type { ReadPlace } from './read-places.ts';
import { sendRange } from './send-range.ts';

export function addFragmentRoutes(app: Express, provider: Provider): void {
  app.put(FRAGMENT, (request, response) => provider.traffic.write(() => receiveFragment(provider, request, response)));
  // Before GET, which would otherwise answer for it.
  app.head(FRAGMENT, async (request, response) => {
    const stored = await headFragment(provider, { key: keyOf(request), header: request.headers.authorization, expectedRoot: rootOf(request) });
    response.setHeader('x-holdfast-stored', String(stored));
    response.status(204).end();
  });
  app.get(FRAGMENT, (request, response) => provider.traffic.read((place) => sendFragment(provider, { request, response, place })));
}

async function receiveFragment(provider: Provider, request: Request, response: Response): Promise<void> {
  const announced = request.headers['content-length'];
  // One byte a second is a sender, silence is none.
  request.setTimeout(IDLE_TIMEOUT_MS, () => void request.destroy());
  try {
    const root = await putFragment(provider, {
      key: keyOf(request),
      header: request.headers.authorization,
      body: request,
      contentBytes: announced === undefined ? undefined : Number(announced),
      range: rangeOf(request),
      expectedRoot: rootOf(request),
    });
    // A fragment that was here already is answered at once; what is still on its way is read and dropped.
    response.json({ root });
    request.resume();
  } catch (error) {
    await drain(request);
    throw error;
  }
}

async function sendFragment(provider: Provider, { request, response, place }: { readonly request: Request; readonly response: Response; readonly place: ReadPlace }): Promise<void> {
  const { first, count } = leavesOf(request);
  const key = keyOf(request);
  const charge = await chargeRead(provider, { key, first, count, authorization: request.headers.authorization, voucher: request.headers[VOUCHER_HEADER] });
  const range = await getFragment(provider, { key, first, count }).catch((error: unknown) => {
    charge?.ended(0);
    throw error;
  });
  await sendRange(response, { range, charge, place, onPiece: (sizeBytes) => provider.traffic.noteRead(sizeBytes) });
}

function rootOf(request: Request): Upload['expectedRoot'] {
  return lowerCase(parseAs(hash.optional(), request.headers['x-holdfast-root'], 'The header x-holdfast-root'));
}

function rangeOf(request: Request): Upload['range'] {
  const header = request.headers['content-range'];
  if (header === undefined) return undefined;
  const [, from, last, total] = /^bytes (\d{1,10})-(\d{1,10})\/(\d{1,10})$/.exec(header) ?? [];
  if (Number(last) + 1 !== Number(total) || Number(from) > Number(last)) {
    throw new BadRequestError(`The header content-range is "${header}"; an upload goes on to its end: "bytes <from>-<size - 1>/<size>".`);
  }
  return { fromBytes: Number(from), totalBytes: Number(total) };
}

/** The graph of a heavy node without libp2p: nobody attached, neighbours from the registry, nothing relayed. */
import { createNoticeBook } from '../../p2p/notices.ts';
import { toErrorBody } from '../../wire/errors.ts';
import { NotFoundError } from '../../wire/http-errors.ts';
import { createSeenRequests } from './seen-requests.ts';
import type { Graph } from './types.ts';

export function createNoGraph(): Graph {
  const seen = createSeenRequests();
  return {
    notices: createNoticeBook(),
    attached: () => [],
    neighbours: () => undefined,
    isRepeat: (request) => seen.note(request),
    placeOf: async ({ endpoint }) => endpoint,
    contents: undefined,
    card: () => undefined,
    status: () => undefined,
    relay: () => (_request, response) => void response.writeHead(404, { 'content-type': 'application/json' }).end(JSON.stringify(toErrorBody(new NotFoundError('This heavy node relays nothing.', { code: 'RELAY_OFF' })))),
    stop: async () => undefined,
  };
}

/** A registered heavy node that says about public names whatever a test lets it say. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { registerNode } from '../../offchain/chain/register-node.ts';
import type { Chain } from '../../offchain/chain/types.ts';
import { addressOf } from '../support/holdfast.ts';

export interface Liar {
  readonly id: number;
  /** Called with each request's path; what it returns is the answer. */
  says: (path: string) => { readonly status: number; readonly body: unknown };
  asked: number;
  stop(): Promise<void>;
}

export async function startLiar(chain: Chain): Promise<Liar> {
  const server = createServer((request, response) => {
    liar.asked += 1;
    const { status, body } = liar.says(request.url ?? '');
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { id } = await registerNode(chain, { tier: 'heavy', region: 9, payout: addressOf(chain), endpoint });
  const liar: Liar = {
    id,
    asked: 0,
    says: () => ({ status: 404, body: { code: 'NO_SUCH_NAME', message: 'No.' } }),
    stop: () => new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    }),
  };
  return liar;
}

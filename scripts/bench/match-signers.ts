// usage: forked by match.ts with {deployment, first}; answers {port}. One process stands for all providers of the benchmark: at /p/<number> each of them signs the
// offers that it is asked for with its own key. It checks neither space nor stake, so a round trip costs HTTP and one signature.
import { createApp, jsonBody, startServer } from '../../offchain/wire/http-server.ts';
import { parseAs } from '../../offchain/wire/json.ts';
import { OfferRequest } from '../../offchain/wire/messages.ts';
import type { SignedOffer } from '../../offchain/wire/messages.ts';
import { holdfastDomain, signTyped } from '../../offchain/wire/typed-data.ts';
import type { Address } from 'viem';
import { askedPrice, providerAccount } from './match-keys.ts';

/** `first`: the node id of provider number 0. */
export interface SignersOrder {
  readonly chainId: number;
  readonly market: Address;
  readonly first: number;
}

const OFFER_SECONDS = 3_600;

process.once('message', (order: SignersOrder) => void serve(order));
process.once('disconnect', () => process.exit(0));

async function serve({ chainId, market, first }: SignersOrder): Promise<void> {
  const domain = holdfastDomain({ chainId, market });
  const app = createApp();
  app.post('/p/:number/offers', jsonBody(), async (request, response) => {
    const number = Number(request.params['number']);
    const { terms } = parseAs(OfferRequest, request.body, 'The request');
    const said = { provider: first + number, price: askedPrice(number), expiry: Math.floor(Date.now() / 1_000) + OFFER_SECONDS };
    const signature = await signTyped(providerAccount(number), domain, 'Offer', { terms, ...said });
    response.json({ ...said, signature } satisfies SignedOffer);
  });
  const { port } = await startServer(app);
  process.send?.({ port });
}

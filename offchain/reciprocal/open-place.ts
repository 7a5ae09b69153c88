/** The agreement that the folders are stored in: the best one that runs, or a better one as soon as the network is large enough for it. */
import { agreementsOf } from '../chain/agreements-of.ts';
import { creatorNonce } from '../chain/creator-nonce.ts';
import { currentPeriod } from '../chain/current-epoch.ts';
import type { AgreementView } from '../client/fetch/agreement-view.ts';
import { batchLog2For } from '../client/batch-size.ts';
import { InsufficientTokensError, PriceAboveLimitError, TooFewProvidersError } from '../client/errors.ts';
import { type RentOptions, rent } from '../client/rent.ts';
import { readAgreement } from '../chain/read-agreement.ts';
import { priceOf } from '../provider/price.ts';
import { HoldfastError } from '../wire/errors.ts';
import type { Node } from './context.ts';
import { TakesMoreThanGivesError } from './errors.ts';
import type { Landscape } from './landscape.ts';
import { collectEarnings, renewalOf } from './money.ts';
import { type Choice, choicesFor, isBetter, quotaFor, requireGiven } from './plan.ts';
import { changeState, loadState } from './state.ts';
import { runningAgreements, takenByHand } from './taken.ts';

const STEP = 'place';

/** Undefined: alone. The own copies are all there is. */
export async function openPlace(node: Node, options: { readonly landscape: Landscape; readonly dataBytes: bigint }): Promise<AgreementView | undefined> {
  const { landscape, dataBytes } = options;
  const { client, config, retries } = node;
  await adoptOpened(node);
  const current = await bestPlace(node);
  const choices = choicesFor({ others: landscape.others.length, wanted: config.scheme })
    .filter(({ scheme }) => current === undefined || current.isEnding || isBetter(scheme, current.view.state, config.scheme))
    .filter(({ needsOwn }) => !needsOwn || landscape.own !== undefined);
  if (choices.length === 0) {
    node.cleared(STEP);
    return current?.view;
  }
  const facts = `${landscape.facts} ${dataBytes} ${current?.isEnding === true}`;
  if (!retries.isDue(STEP, facts)) return current?.view;
  const opened = await tryChoices(node, { choices, landscape, dataBytes });
  if (opened === undefined) {
    retries.failed(STEP, facts);
    return current?.view;
  }
  retries.succeeded(STEP);
  node.cleared(STEP);
  return client.views.refresh(opened);
}

async function tryChoices(node: Node, options: { choices: readonly Choice[]; landscape: Landscape; dataBytes: bigint }): Promise<number | undefined> {
  let reason: unknown;
  for (const choice of options.choices) {
    try {
      return await openOne(node, { ...options, choice });
    } catch (error) {
      node.signal.throwIfAborted();
      const mayBeNarrower = error instanceof TooFewProvidersError || error instanceof PriceAboveLimitError || error instanceof TakesMoreThanGivesError;
      reason ??= error;
      if (!mayBeNarrower) break;
    }
  }
  node.note(STEP, reason);
  return undefined;
}

async function openOne(node: Node, { choice, landscape, dataBytes }: { choice: Choice; landscape: Landscape; dataBytes: bigint }): Promise<number> {
  const { client, config, giveBytes } = node;
  const { scheme, needsOwn } = choice;
  const batchLog2 = config.batchLog2 ?? batchLog2For(dataBytes);
  const space = { ...scheme, batchLog2, quota: quotaFor({ dataBytes, scheme, batchLog2 }) };
  // What is replaced is closed as soon as the new one has everything: it does not count twice.
  requireGiven({ space, dataBytes, giveBytes, takenBytes: await takenByHand(node) });
  const nonce = await creatorNonce(client.chain, client.creator);
  await changeState(client.store, () => ({ opening: { nonce, ...space } }));
  const terms: RentOptions = {
    scheme, batchLog2, quota: space.quota, periods: config.periodsAhead,
    // Paying more for a byte than one is paid for it would make equal bytes cost tokens.
    priceLimit: priceOf({ price: { perGibEpoch: config.pricePerGibEpoch } }, space),
    exclude: needsOwn || landscape.own === undefined ? [] : [landscape.own.id],
    signal: node.signal,
  };
  const { agreement, cost, providers } = await rent(client, terms).catch(async (error: unknown) => {
    if (!(error instanceof InsufficientTokensError)) throw error;
    await collectEarnings(node);
    return rent(client, terms);
  }).catch(async (error: unknown) => {
    if (!mayHaveOpened(error)) await changeState(client.store, () => ({ opening: null }));
    throw error;
  });
  await noteOpened(node, agreement);
  node.log.info('place.opened', { agreement, scheme: `${scheme.k}+${scheme.m}`, quota: space.quota, cost, providers: providers.map(({ provider }) => provider) });
  return agreement;
}

/** The transaction may be on its way: the answer was lost, or it is not mined yet. */
function mayHaveOpened(error: unknown): boolean {
  return !(error instanceof HoldfastError) || ['TRANSACTION_TIMEOUT', 'RPC_UNAVAILABLE', 'ABORTED'].includes(error.code);
}

/** An agreement whose opening this process, or the one before it, did not live to write down. */
async function adoptOpened(node: Node): Promise<void> {
  const { chain, store, creator } = node.client;
  const { opening, agreements } = await loadState(store);
  if (opening === null) return;
  const { nonce, ...space } = opening;
  const id = (await agreementsOf(chain, creator))[nonce];
  if (id === undefined) return;
  const state = await readAgreement(chain, id);
  const isOurs = state.k === space.k && state.m === space.m && state.batchLog2 === space.batchLog2 && state.quota === space.quota;
  if (isOurs && !agreements.includes(id)) {
    await noteOpened(node, id);
    node.log.info('place.adopted', { agreement: id });
  } else await changeState(store, () => ({ opening: null }));
}

async function noteOpened({ client }: Node, agreement: number): Promise<void> {
  await changeState(client.store, (state) => ({ agreements: [...state.agreements, agreement], opening: null }));
}

/** The best of the agreements that this mode opened and that run, of equal ones the one that runs longest. `isEnding`: in its last period, and it cannot be extended. */
async function bestPlace({ client, config, retries }: Node): Promise<{ view: AgreementView; isEnding: boolean } | undefined> {
  const views = await runningAgreements(client, (await loadState(client.store)).agreements);
  const [best] = views.sort((a, b) => {
    if (isBetter(a.state, b.state, config.scheme)) return -1;
    return isBetter(b.state, a.state, config.scheme) ? 1 : b.state.endPeriod - a.state.endPeriod || b.id - a.id;
  });
  if (best === undefined) return undefined;
  return { view: best, isEnding: retries.isFailing(renewalOf(best.id)) && best.state.endPeriod <= (await currentPeriod(client.chain)) + 1 };
}

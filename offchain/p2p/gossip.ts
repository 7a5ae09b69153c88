/** Asks and notices among heavy nodes. A message is passed on only when its signature, its time and its sequence are right. */
import type { Message, TopicValidatorFn } from '@libp2p/gossipsub';
import { TopicValidatorResult } from '@libp2p/gossipsub';
import type { PeerId } from '@libp2p/interface';
import type { TypedDataDomain } from 'viem';
import type { z } from 'zod';
import type { Logger } from '../store/log.ts';
import { toJson } from '../wire/json.ts';
import { SignedAsk, checkAsk } from './asks.ts';
import type { AskBook } from './asks.ts';
import type { Counters } from './counters.ts';
import { RefusedError } from './errors.ts';
import type { RefusalReason } from './errors.ts';
import type { Node } from './libp2p-node.ts';
import { GOSSIP_BURST, GOSSIP_BYTES_MAX, GOSSIP_PER_SECOND, HEAVY_CONNECTIONS_MAX } from './limits.ts';
import { SignedNotice, checkNotice } from './notices.ts';
import type { NoticeBook } from './notices.ts';
import { asksTopic, noticesTopic } from './protocol.ts';
import type { NetworkName } from './protocol.ts';
import { createRates } from '../wire/rates.ts';
import type { Registered } from './registered.ts';

export interface Gossip {
  /** Checks, keeps and passes on. False: it is not newer than what is known. @throws RefusedError */
  publishAsk(ask: SignedAsk): Promise<boolean>;
  publishNotice(notice: SignedNotice): Promise<boolean>;
  start(): void;
  stop(): void;
}

export interface GossipInit {
  readonly network: NetworkName;
  readonly domain: TypedDataDomain;
  readonly registered: Registered;
  readonly asks: AskBook;
  readonly notices: NoticeBook;
  readonly nowSeconds: () => Promise<number>;
  readonly counters: Counters;
  readonly log: Logger;
}

/** One topic: how its messages look, and what becomes of a good one. */
interface Topic<T> {
  readonly name: string;
  readonly schema: z.ZodType<T>;
  /** Whether an equal or newer message is known already: cheap, so it is asked before signatures are checked. */
  isKnown(message: T): boolean;
  check(message: T, nowSeconds: number): Promise<string | undefined>;
  keep(message: T): boolean;
}

export function createGossip(node: () => Node, init: GossipInit): Gossip {
  const { network, domain, registered, asks, notices, nowSeconds, counters, log } = init;
  const rates = createRates({ perSecond: GOSSIP_PER_SECOND, burst: GOSSIP_BURST, maxKeys: HEAVY_CONNECTIONS_MAX });
  const askTopic: Topic<SignedAsk> = {
    name: asksTopic(network),
    schema: SignedAsk as z.ZodType<SignedAsk>,
    isKnown: (ask) => (asks.get(ask.provider)?.sequence ?? -1) >= ask.sequence,
    check: (ask, at) => checkAsk(ask, { domain, registered, nowSeconds: at }),
    keep: (ask) => ['new', 'newer'].includes(asks.upsert(ask)),
  };
  const noticeTopic: Topic<SignedNotice> = {
    name: noticesTopic(network),
    schema: SignedNotice as z.ZodType<SignedNotice>,
    isKnown: (notice) => (notices.get(notice.node)?.sequence ?? -1) >= notice.sequence,
    check: (notice, at) => checkNotice(notice, { domain, registered, nowSeconds: at }),
    keep: (notice) => notices.upsert(notice),
  };

  const refuse = (reason: RefusalReason, from: string, error: string): TopicValidatorResult => {
    counters.count(reason);
    log.warn('gossip.refused', { reason, from, error });
    return TopicValidatorResult.Reject;
  };

  const validator = <T>(topic: Topic<T>): TopicValidatorFn => async (source: PeerId, { data }: Message) => {
    const from = source.toString();
    if (!rates.take(from)) {
      counters.count('rate');
      return TopicValidatorResult.Ignore;
    }
    if (data.length > GOSSIP_BYTES_MAX) return refuse('oversize', from, `${data.length} bytes`);
    const parsed = topic.schema.safeParse(parse(data));
    if (!parsed.success) return refuse('garbage', from, 'not of the agreed shape');
    if (topic.isKnown(parsed.data)) {
      counters.count('stale');
      return TopicValidatorResult.Ignore;
    }
    try {
      const why = await topic.check(parsed.data, await nowSeconds());
      if (why !== undefined) return refuse('bad-signature', from, why);
    } catch (error) {
      // The registry cannot be read now: nobody's fault, but nothing to pass on either.
      log.warn('gossip.unchecked', { from, error });
      return TopicValidatorResult.Ignore;
    }
    return topic.keep(parsed.data) ? TopicValidatorResult.Accept : TopicValidatorResult.Ignore;
  };

  const publish = async <T>(topic: Topic<T>, message: T): Promise<boolean> => {
    if (topic.isKnown(message)) return false;
    const why = await topic.check(message, await nowSeconds());
    if (why !== undefined) throw new RefusedError('bad-signature', `What was to be published is not valid: ${why}.`);
    if (!topic.keep(message)) return false;
    await node().services.gossip?.publish(topic.name, new TextEncoder().encode(toJson(message)));
    return true;
  };

  return {
    publishAsk: (ask) => publish(askTopic, ask),
    publishNotice: (notice) => publish(noticeTopic, notice),
    start() {
      const gossip = node().services.gossip;
      gossip?.topicValidators.set(askTopic.name, validator(askTopic));
      gossip?.topicValidators.set(noticeTopic.name, validator(noticeTopic));
      gossip?.subscribe(askTopic.name);
      gossip?.subscribe(noticeTopic.name);
    },
    stop() {
      const gossip = node().services.gossip;
      for (const { name } of [askTopic, noticeTopic]) {
        gossip?.unsubscribe(name);
        gossip?.topicValidators.delete(name);
      }
    },
  };
}

function parse(data: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(data));
  } catch {
    return undefined;
  }
}

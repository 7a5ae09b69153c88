/** Children's proofs, sent together: one transaction for many, at this node's expense of coin. */
import { marketAbi } from '../chain/generated/abi.ts';
import { currentEpoch } from '../chain/current-epoch.ts';
import { proveMany } from '../chain/prove-many.ts';
import type { ProofReply, ProofRequest } from '../wire/messages.ts';
import { ConflictError, ForbiddenError, UnavailableError } from '../wire/http-errors.ts';
import { createAdmission } from './admission.ts';
import { childrenOf } from './candidates.ts';
import type { HeavyContext } from './context.ts';
import { PROOFS_CHECKED_AT_ONCE, PROOFS_PER_TRANSACTION, PROOFS_WAITING_MAX } from './limits.ts';

export interface Relay {
  /**
   * Takes a child's proof of the current epoch when the chain would take it now; answers once it was sent.
   * @throws NOT_MY_CHILD, OTHER_EPOCH, BUSY, RELAY_OFF, ContractRevertError for a proof that the market refuses
   */
  accept(request: ProofRequest): Promise<ProofReply>;
  /** Sends what waits. */
  tick(): Promise<void>;
}

interface Waiting {
  readonly request: ProofRequest;
  resolve(reply: ProofReply): void;
  reject(error: unknown): void;
}

export function createRelay(context: HeavyContext): Relay {
  const { chain, settings, log } = context;
  const waiting: Waiting[] = [];
  const checking = createAdmission(PROOFS_CHECKED_AT_ONCE);
  /** Proofs that wait or are on their way, by child: sent twice they would be paid for twice. */
  const underWay = new Map<number, { readonly epoch: number; readonly reply: Promise<ProofReply> }>();

  const send = async (batch: readonly Waiting[]): Promise<void> => {
    try {
      const { proven, transactionHash } = await proveMany(chain, batch.map(({ request }) => request));
      log.info('proofs.relayed', { providers: proven, asked: batch.length, txHash: transactionHash });
      for (const { request, resolve } of batch) resolve(proven.includes(request.provider) ? { proven: true, txHash: transactionHash } : { proven: false });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  };

  return {
    async accept(request) {
      if (!settings.relaysProofs) throw new ConflictError('This node relays no proofs.', { code: 'RELAY_OFF', nextStep: 'Send the proof yourself.' });
      if (!(await childrenOf(context)).some(({ id }) => id === request.provider)) {
        throw new ForbiddenError(`Provider ${request.provider} is not a child of this node.`, { code: 'NOT_MY_CHILD', nextStep: 'Ask the parent, or send the proof yourself.' });
      }
      const epoch = await currentEpoch(chain);
      if (request.epoch !== epoch) throw new ConflictError(`The proof is for epoch ${request.epoch}; now is epoch ${epoch}.`, { code: 'OTHER_EPOCH', nextStep: 'Build the proof anew.' });
      if (waiting.length >= PROOFS_WAITING_MAX) throw new UnavailableError('Too many proofs wait already.', { code: 'BUSY', nextStep: 'Send the proof yourself.' });
      // One that would fail costs its sender the question, not this node the gas.
      await checking(() => simulate(context, request));
      const known = underWay.get(request.provider);
      if (known?.epoch === epoch) return known.reply;
      const reply = new Promise<ProofReply>((resolve, reject) => waiting.push({ request, resolve, reject }));
      const mine = { epoch, reply };
      underWay.set(request.provider, mine);
      const forget = (): void => void (underWay.get(request.provider) === mine && underWay.delete(request.provider));
      // From then on the chain knows it, and refuses the next one.
      reply.then(forget, forget);
      return reply;
    },
    async tick() {
      while (waiting.length > 0) await send(waiting.splice(0, PROOFS_PER_TRANSACTION));
    },
  };
}

async function simulate({ chain, account }: HeavyContext, { provider, proof }: ProofRequest): Promise<void> {
  const call = { address: chain.deployment.market, abi: marketAbi, functionName: 'prove', args: [provider, proof], account: account.address, blockTag: 'pending' } as const;
  await chain.ask('prove', (client) => client.simulateContract(call));
}

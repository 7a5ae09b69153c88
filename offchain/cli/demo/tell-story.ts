import { join } from 'node:path';
import { createChain } from '../../chain/client.ts';
import { createClient } from '../../client/client.ts';
import { DEVNET_SUPPLY } from '../../chain/devnet-parameters.ts';
import { fund } from '../devnet/fund.ts';
import { prepare, startNetwork } from '../devnet/network.ts';
import type { Network } from '../devnet/network.ts';
import { figureLines } from './figure-lines.ts';
import { readLedger } from './ledger.ts';
import { leaveRunning } from './leave-running.ts';
import type { KeptNetwork } from './leave-running.ts';
import { moneyReport } from './money-report.ts';
import type { MoneyReport } from './money-report.ts';
import { corruptStep } from './steps/corrupt.ts';
import { networkStep } from './steps/network.ts';
import { proveStep } from './steps/prove.ts';
import { repairStep } from './steps/repair.ts';
import { restoreStep } from './steps/restore.ts';
import { settleStep } from './steps/settle.ts';
import { storeStep } from './steps/store.ts';
import type { Figures, Story, StoryOptions } from './story.ts';

export interface StepReport {
  readonly name: string;
  readonly ok: boolean;
  readonly seconds: number;
  readonly figures: Figures;
}

export interface StoryReport {
  readonly ok: boolean;
  readonly seconds: number;
  readonly seed: string;
  readonly steps: readonly StepReport[];
  readonly money: MoneyReport | null;
  /** With --keep: what goes on running. */
  readonly kept?: KeptNetwork;
  /** Why the last step failed. */
  readonly error?: string;
}

/** Tells the whole story, step by step, until its end or the first failure. All processes are ended when it returns. */
export async function tellStory(options: StoryOptions, signal: AbortSignal): Promise<StoryReport> {
  const startMs = performance.now();
  const steps: StepReport[] = [];
  let network: Network | undefined;
  let story: Story | undefined;
  let money: MoneyReport | null = null;
  let failure: unknown;
  let kept: KeptNetwork | undefined;

  const step = async (name: string, work: () => Promise<Figures>) => {
    signal.throwIfAborted();
    options.say(`\n${steps.length + 1} ${name}`);
    const stepMs = performance.now();
    const done = (ok: boolean, figures: Figures) => {
      const seconds = secondsSince(stepMs);
      steps.push({ name, ok, seconds, figures });
      options.say(`  ${ok ? 'ok' : 'FAILED'} after ${seconds} s`);
    };
    try {
      const figures = await Promise.race([work(), aborted(signal)]);
      for (const line of figureLines(figures)) options.say(`  ${line}`);
      done(true, figures);
      return figures;
    } catch (error) {
      done(false, { error: sentence(error) });
      throw error;
    }
  };

  try {
    await step('chain', async () => {
      network = await startNetwork({ folder: options.folder, parameters: options.parameters, mnemonic: options.mnemonic, canOutlive: options.keep });
      const { market, token } = network.chain.deployment;
      return { rpcUrl: network.rpcUrl, market, token, ...options.parameters };
    });
    const running = network as unknown as Network;
    await step('network', () => networkStep(running, options));
    await step('store', async () => {
      story = await enterCreator(running, options);
      return storeStep(story);
    });
    const told = story as unknown as Story;
    await step('prove', () => proveStep(told));
    await step('restore', () => restoreStep(told));
    await step('repair', () => repairStep(told));
    await step('corrupt', () => corruptStep(told));
    await step('settle', async () => {
      const { money: report, ...figures } = await settleStep(told);
      money = report;
      return figures;
    });
  } catch (error) {
    failure = error;
    // Even then: where the money was when it failed.
    money = network === undefined ? null : await readLedger((network as Network).chain, { initialSupply: DEVNET_SUPPLY }).then(moneyReport, () => null);
  } finally {
    await (story as Story | undefined)?.creator.client.close();
    const running = network as Network | undefined;
    if (running !== undefined && options.keep && failure === undefined) {
      kept = await leaveRunning(running).catch((error: unknown) => {
        failure = error;
        return undefined;
      });
    }
    if (kept === undefined) await running?.supervisor.stopAll();
  }
  const report = { seconds: secondsSince(startMs), seed: options.seed, steps, money };
  return failure === undefined ? { ok: true, ...report, ...(kept === undefined ? {} : { kept }) } : { ok: false, ...report, error: sentence(failure) };
}

/** The creator has a home folder and coin, nothing else. */
async function enterCreator(network: Network, options: StoryOptions): Promise<Story> {
  const { home, account } = await prepare(network, { role: 'creator', index: 0, config: {} });
  await fund(network.chain, [{ to: account.address, tokens: 0n, coin: 10n ** 19n }]);
  const chain = await createChain({ rpcUrls: [network.rpcUrl], deployment: network.chain.deployment, account });
  const client = await createClient({ chain, home });
  return { options, network, chain: network.chain, creator: { home, client, agreement: 0 }, sourceFolder: join(options.folder, 'source'), dead: [] };
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }));
}

function secondsSince(startMs: number): number {
  return Number(((performance.now() - startMs) / 1000).toFixed(1));
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

import { DEVNET } from '../../chain/devnet-parameters.ts';
import { runMnemonic } from '../devnet/accounts.ts';
import type { ProgressState } from '../progress.ts';
import type { StoryOptions } from './story.ts';

const MIB = 1 << 20;
const SCHEME = { k: 10, m: 6 };
const HEAVIES = 2;
const REGIONS = 5;
const BATCH_LOG2 = 22;

export interface DemoArguments {
  readonly folder: string;
  readonly seed: number | undefined;
  readonly providers: number;
  readonly epochSeconds: number;
  readonly sizeMib: number;
  readonly keep: boolean;
  readonly say: (text: string) => void;
  readonly progress: (state: ProgressState) => void;
}

/** The story at full length: sixteen slots, of which six are lost. */
export function demoStory(options: DemoArguments): StoryOptions {
  const { folder, seed, providers, epochSeconds, sizeMib, keep, say, progress } = options;
  const spares = providers - SCHEME.k - SCHEME.m;
  return {
    folder,
    mnemonic: runMnemonic(seed),
    seed: String(seed ?? 'demo'),
    // Epochs of seconds are no measure of a network's health: on a busy machine the first one may pass without a proof.
    parameters: { ...DEVNET, epochSeconds, withdrawalEpochs: 1, healthBps: 0 },
    heavies: HEAVIES,
    providers,
    regions: REGIONS,
    scheme: SCHEME,
    batchLog2: BATCH_LOG2,
    sourceBytes: sizeMib * MIB,
    losses: SCHEME.m,
    newcomers: Math.max(3, SCHEME.m - spares + 1),
    keep,
    say,
    progress,
  };
}

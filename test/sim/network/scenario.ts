/** What befalls a network, and who lives in it. */

export type Strategy = 'honest' | 'lazy' | 'cheats' | 'never acknowledges' | 'griefs';

/** One kind of provider and its share of all. */
export interface Mix {
  readonly strategy: Strategy;
  readonly share: number;
  /** `cheats`: the share of fragments that it drops once they are committed. */
  readonly dropped?: number;
}

export interface Every {
  /** Mean days between two of them: in the whole network, or for each node where it says so. */
  readonly days: number;
  readonly meanHours: number;
}

export interface Scenario {
  readonly name: string;
  readonly about: string;
  /** Failures stay within what the design promises to survive: then no batch may be lost. */
  readonly isPromised: boolean;
  /** Share of providers that vanish in a month, without a word and with everything that they hold. */
  readonly monthlyLoss: number;
  /** Of each provider: it is away for a while and comes back with its disk. */
  readonly outages?: Every;
  /** Of the network: one region loses its power. */
  readonly regionOutages?: Every;
  /** Of the network: heavy nodes and one half of the regions do not see each other; the chain is seen by all. */
  readonly partitions?: Every;
  /** Of each heavy node: it crashes in the middle of what it does. */
  readonly heavyOutages?: Every;
  /** Of the network: an operator leaves with all of its nodes at once. */
  readonly operatorExitDays?: number;
  /** Of each provider: one of its four disks dies. */
  readonly diskDeathsPerYear?: number;
  /** Bit rot: fragments that lose a leaf. */
  readonly rotPerTibYear?: number;
  /** The token's price in money is multiplied or divided by up to `factor`. */
  readonly priceShocks?: { readonly days: number; readonly factor: number };
  /** From one day on, for some hours, a share of all providers is unreachable and misses its proofs. */
  readonly blackout?: { readonly day: number; readonly hours: number; readonly share: number };
  /** On one day a share of all providers is destroyed. */
  readonly disaster?: { readonly day: number; readonly share: number };
  /** On one day this share of the heavy nodes dies for good. */
  readonly heavyDeaths?: { readonly day: number; readonly share: number };
  readonly mix: readonly Mix[];
}

const HONEST: readonly Mix[] = [{ strategy: 'honest', share: 1 }];
const DROPPED = [0.01, 0.02, 0.05, 0.1, 0.25, 0.5];
const EVERYBODY: readonly Mix[] = [
  { strategy: 'honest', share: 0.82 },
  { strategy: 'lazy', share: 0.02 },
  ...DROPPED.map((dropped): Mix => ({ strategy: 'cheats', dropped, share: 0.02 })),
  { strategy: 'never acknowledges', share: 0.02 },
  { strategy: 'griefs', share: 0.02 },
];

const WEATHER = {
  outages: { days: 20, meanHours: 3 },
  regionOutages: { days: 60, meanHours: 6 },
  partitions: { days: 60, meanHours: 6 },
  heavyOutages: { days: 45, meanHours: 8 },
  operatorExitDays: 120,
  diskDeathsPerYear: 0.06,
  rotPerTibYear: 0.02,
} as const;

export const SCENARIOS: readonly Scenario[] = [
  { name: 'everyday', about: 'everything at once: honest and dishonest providers, outages, departures, dying disks, moving prices', isPromised: true, monthlyLoss: 0.02, ...WEATHER, priceShocks: { days: 30, factor: 1.15 }, mix: EVERYBODY },
  { name: 'churn', about: 'honest providers, of which 2 % vanish every month: the durability figure', isPromised: true, monthlyLoss: 0.02, mix: HONEST },
  { name: 'stress', about: 'honest providers, of which 30 % vanish every month: how fast repairs are when much is lost', isPromised: false, monthlyLoss: 0.3, mix: HONEST },
  { name: 'storms', about: 'correlated failures: regions go dark for a day, networks part, large operators leave, heavy nodes crash', isPromised: true, monthlyLoss: 0.02, ...WEATHER, regionOutages: { days: 10, meanHours: 20 }, partitions: { days: 15, meanHours: 18 }, heavyOutages: { days: 15, meanHours: 18 }, operatorExitDays: 30, mix: HONEST },
  { name: 'blackout', about: 'half of all providers are away for 18 hours: the network only repairs, and recovers by itself', isPromised: true, monthlyLoss: 0.02, blackout: { day: 20, hours: 18, share: 0.55 }, mix: HONEST },
  { name: 'price-crash', about: "the token's price halves or doubles every month", isPromised: true, monthlyLoss: 0.02, priceShocks: { days: 30, factor: 2 }, mix: HONEST },
  { name: 'orphans', about: 'a fifth of the heavy nodes dies for good, with the seal keys that only they had', isPromised: false, monthlyLoss: 0.02, heavyDeaths: { day: 10, share: 0.2 }, mix: HONEST },
  { name: 'disaster', about: 'a third of all providers is destroyed in one night: more than any promise', isPromised: false, monthlyLoss: 0.02, disaster: { day: 15, share: 0.33 }, mix: HONEST },
];

/** @throws Error naming those that exist */
export function scenarioOf(name: string): Scenario {
  const found = SCENARIOS.find((one) => one.name === name);
  if (found === undefined) throw new Error(`There is no scenario "${name}": choose one of ${SCENARIOS.map((one) => one.name).join(', ')}.`);
  return found;
}

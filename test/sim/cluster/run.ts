/** Days of a small town of real services: a creator stores and reads, nodes fail, the services repair. */
import { createHash } from 'node:crypto';
import { readFile, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { erc20Abi, parseEther } from 'viem';
import { listNodes } from '../../../offchain/chain/list-nodes.ts';
import { readAgreement } from '../../../offchain/chain/read-agreement.ts';
import { get } from '../../../offchain/client/get.ts';
import { put } from '../../../offchain/client/put.ts';
import { rent } from '../../../offchain/client/rent.ts';
import { writeTree } from '../../client/tree.ts';
import { SimDice } from '../dice.ts';
import { EventLog } from '../event-log.ts';
import { Violation } from '../violation.ts';
import { ChainEvents } from './events.ts';
import { Mishaps } from './mishaps.ts';
import { PRICE, START_MS, startTown } from './town.ts';
import type { Town } from './town.ts';

const HOUR = 3_600_000;
const SCHEME = { k: 4, m: 3 };
const QUOTA = 64;
const MISHAP_HOURS = 4;
const UPLOAD_HOURS = 6;
const QUIET_HOURS = 20;

export interface ClusterOptions {
  readonly seed: number;
  readonly providers: number;
  readonly days: number;
  /** In the end nothing happens any more for so long, and everything must be whole again. */
  readonly quietHours?: number;
  readonly onEvent?: (line: string) => void;
}

export interface ClusterResult {
  readonly options: ClusterOptions;
  /** Over all that befell the town, all that its creator did, and every event of the chain. */
  readonly digest: string;
  /** Mishaps, uploads, reads. */
  readonly log: EventLog;
  /** What the chain says that happened: registrations, seeds, roots, proofs, faults, replacements. */
  readonly chain: EventLog;
  readonly violation: Violation | undefined;
  readonly files: number;
  readonly reads: number;
  readonly services: ReadonlyMap<string, number>;
  /** The services' logs, a line of JSON each. */
  readonly lines: readonly string[];
}

export async function runCluster(options: ClusterOptions): Promise<ClusterResult> {
  const dice = new SimDice(options.seed);
  const log = new EventLog(options.onEvent);
  const chain = new EventLog(options.onEvent);
  const town = await startTown({ providers: options.providers, dice: dice.fork() });
  const days = new Days(town, { log, chain, dice });
  let violation: Violation | undefined;
  try {
    await days.play(options);
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    violation = error;
  } finally {
    await town.stop();
  }
  return { options, digest: createHash('sha256').update(log.digest()).update(chain.digest()).digest('hex'), log, chain, violation, files: days.files.size, reads: days.reads, services: countLines(town.lines), lines: town.lines };
}

class Days {
  readonly #town: Town;
  readonly #log: EventLog;
  readonly #dice: SimDice;
  /** The creator's own keys and nonces: how many it draws must not move anything else. */
  readonly #secrets: SimDice;
  readonly #mishaps: Mishaps;
  readonly #events: ChainEvents;
  readonly files = new Map<string, Uint8Array>();
  reads = 0;

  constructor(town: Town, options: { readonly log: EventLog; readonly chain: EventLog; readonly dice: SimDice }) {
    this.#town = town;
    this.#log = options.log;
    this.#dice = options.dice.fork();
    this.#secrets = options.dice.fork();
    this.#mishaps = new Mishaps(town, { dice: options.dice.fork(), log: options.log });
    this.#events = new ChainEvents(town, options.chain);
  }

  async play({ days, quietHours = QUIET_HOURS }: ClusterOptions): Promise<void> {
    const { client } = this.#town;
    await this.#pass(4);
    const { agreement } = await this.#asCreator(() => rent(client, { scheme: SCHEME, batchLog2: 16, quota: QUOTA, periods: 1, priceLimit: PRICE }));
    await this.#store();
    for (let hour = 1; hour <= days * 24; hour += 1) {
      await this.#pass(1);
      if (hour % MISHAP_HOURS === 0) await this.#mishaps.strike();
      if (hour % UPLOAD_HOURS === 0) {
        if (this.#mishaps.isCalm()) await this.#store();
        await this.#readBack(this.#dice.pick([...this.files.keys()])!);
      }
    }
    await this.#pass(quietHours);
    await this.#judge(agreement);
  }

  async #pass(hours: number): Promise<void> {
    const { time, rpc } = this.#town;
    for (let hour = 0; hour < hours; hour += 1) {
      await time.run(time.nowMs + HOUR, () => rpc.tick());
      this.#mishaps.heal();
      await this.#events.follow();
    }
  }

  async #store(): Promise<void> {
    const { client, folder } = this.#town;
    const name = `file-${this.files.size}`;
    const bytes = this.#dice.bytes(this.#dice.between(1, 80_000));
    const path = join(folder, 'out', name);
    await writeTree(path, { 'data.bin': bytes });
    // Times of files are stored with them.
    for (const one of [join(path, 'data.bin'), path]) await utimes(one, this.#town.time.nowMs / 1_000, this.#town.time.nowMs / 1_000);
    await this.#asCreator(() => put(client, { paths: [path], name }));
    this.files.set(name, bytes);
    this.#note('stored', `${name} ${bytes.length}`);
  }

  async #readBack(name: string): Promise<void> {
    const { client, folder } = this.#town;
    const into = join(folder, 'in', `${name}-${this.reads}`);
    let found: Uint8Array | undefined;
    this.#note('reads', name);
    try {
      await this.#asCreator(() => get(client, { name, into }));
      found = await readFile(join(into, 'data.bin'));
    } catch (error) {
      throw this.#broken('no committed batch is lost', `${name} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (!Buffer.from(this.files.get(name)!).equals(found)) throw this.#broken('no committed batch is lost', `${name} came back changed`);
    this.reads += 1;
    this.#note('read', name);
  }

  async #judge(agreement: number): Promise<void> {
    const { chain, providers, deployment } = this.#town;
    for (const name of this.files.keys()) await this.#readBack(name);
    const { slots } = await readAgreement(chain, agreement);
    const ill = slots.filter(({ faulted, vacancy }) => faulted || vacancy !== undefined);
    if (ill.length > 0) throw this.#broken('repairs bring everything back', `slots ${ill.map(({ slot }) => slot).join(', ')} are still lost`);
    const nodes = await listNodes(chain);
    for (const { name, running } of providers) {
      const { stake } = nodes.find(({ id }) => id === running.id)!;
      if (!this.#mishaps.troubled.has(name) && stake !== parseEther('1000')) throw this.#broken('honest nodes are not slashed', `${name} has ${stake} left`);
    }
    const balance = await chain.ask('the registry\'s tokens', (client) => client.readContract({ address: deployment.token, abi: erc20Abi, functionName: 'balanceOf', args: [deployment.registry] }));
    const stakes = nodes.reduce((total, { stake }) => total + stake, 0n);
    if (balance !== stakes) throw this.#broken('money is conserved', `the registry holds ${balance}, the stakes are ${stakes}`);
  }

  #asCreator<T>(work: () => Promise<T>): Promise<T> {
    return this.#town.time.as('creator', this.#secrets, work);
  }

  #seconds(): number {
    return (this.#town.time.nowMs - START_MS) / 1_000;
  }

  #note(kind: string, details: string): void {
    this.#log.note(this.#seconds(), kind, details);
  }

  #broken(rule: string, what: string): Violation {
    return new Violation(rule, this.#seconds(), what);
  }
}

function countLines(lines: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const line of lines) {
    const { event } = JSON.parse(line) as { event: string };
    counts.set(event, (counts.get(event) ?? 0) + 1);
  }
  return counts;
}


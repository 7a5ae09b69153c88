/** What befalls the nodes of a town. At most `AT_ONCE` are in trouble at a time: fewer than the agreement can lose. */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SimDice } from '../dice.ts';
import type { EventLog } from '../event-log.ts';
import { START_MS } from './town.ts';
import type { Node, ProviderNode, Town } from './town.ts';

const HOUR = 3_600_000;
const AT_ONCE = 2;
/** After its trouble a provider counts as harmed until repairs have had time. */
const RECOVERY_HOURS = 10;
const KINDS = ['away', 'away for long', 'cut off', 'rot', 'disk dies', 'heavy away'] as const;

export class Mishaps {
  readonly #town: Town;
  readonly #dice: SimDice;
  readonly #log: EventLog;
  readonly #ends: { readonly atMs: number; readonly node: Node; readonly end: () => void }[] = [];
  readonly #harmedUntil = new Map<string, number>();
  /** Providers whom something happened to, ever. */
  readonly troubled = new Set<string>();

  constructor(town: Town, options: { readonly dice: SimDice; readonly log: EventLog }) {
    this.#town = town;
    this.#dice = options.dice;
    this.#log = options.log;
  }

  isCalm(): boolean {
    return this.#harmed().length === 0 && this.#ends.length === 0;
  }

  /** Ends what is over by now. */
  heal(): void {
    for (const over of this.#ends.filter(({ atMs }) => atMs <= this.#town.time.nowMs)) {
      this.#ends.splice(this.#ends.indexOf(over), 1);
      over.end();
      this.#note('is back', over.node.name);
    }
  }

  async strike(): Promise<void> {
    const { heavies, providers } = this.#town;
    const kind = this.#dice.pick(KINDS)!;
    if (kind === 'heavy away') return this.#away(this.#dice.pick(heavies)!, this.#dice.between(2, 6), kind);
    if (this.#harmed().length >= AT_ONCE) return;
    const node = this.#dice.pick(providers.filter(({ name }) => !this.#harmed().includes(name)))!;
    this.troubled.add(node.name);
    const hours = kind === 'away for long' ? this.#dice.between(10, 20) : this.#dice.between(1, 5);
    this.#harmedUntil.set(node.name, this.#town.time.nowMs + (hours + RECOVERY_HOURS) * HOUR);
    if (kind === 'rot') return this.#rot(node);
    if (kind === 'disk dies') return this.#loseDisk(node);
    if (kind === 'cut off') return this.#cut(node, hours);
    this.#away(node, hours, kind);
  }

  #harmed(): string[] {
    return [...this.#harmedUntil].filter(([, untilMs]) => untilMs > this.#town.time.nowMs).map(([name]) => name);
  }

  /** The machine is suspended: no loop runs, nobody answers. */
  #away(node: Node, hours: number, kind: string): void {
    const { time, names } = this.#town;
    if (names.isCut(node.name)) return;
    names.cut(node.name);
    time.frozen.add(node.name);
    this.#note(kind, `${node.name} for ${hours} h`);
    this.#until(node, hours, () => {
      names.join(node.name);
      time.frozen.delete(node.name);
    });
  }

  /** It works and sees the chain; nobody sees it. */
  #cut(node: Node, hours: number): void {
    const { names } = this.#town;
    names.cut(node.name);
    this.#note('cut off', `${node.name} for ${hours} h`);
    this.#until(node, hours, () => names.join(node.name));
  }

  async #rot(node: ProviderNode): Promise<void> {
    const paths = await this.#fragments(node);
    const path = this.#dice.pick(paths);
    this.#note('rot', `${node.name} ${paths.length}`);
    if (path === undefined) return;
    const bytes = await readFile(path);
    bytes[this.#dice.below(bytes.length)]! ^= 1 << this.#dice.below(8);
    await writeFile(path, bytes);
  }

  async #loseDisk(node: ProviderNode): Promise<void> {
    const paths = await this.#fragments(node);
    this.#note('disk dies', `${node.name} ${paths.length}`);
    for (const path of paths) await rm(path, { force: true });
  }

  async #fragments({ home }: ProviderNode): Promise<string[]> {
    const folder = join(home, 'fragments');
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    return entries.filter((entry) => entry.isFile() && !entry.name.endsWith('.tree')).map((entry) => join(entry.parentPath, entry.name)).sort();
  }

  #until(node: Node, hours: number, end: () => void): void {
    this.#ends.push({ atMs: this.#town.time.nowMs + hours * HOUR, node, end });
  }

  #note(kind: string, details: string): void {
    this.#log.note((this.#town.time.nowMs - START_MS) / 1_000, kind, details);
  }
}

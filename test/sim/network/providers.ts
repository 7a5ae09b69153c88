import type { SimDice } from '../dice.ts';
import { ASSUMED } from './assumptions.ts';
import type { Deal } from './deals.ts';
import type { Mix } from './scenario.ts';

/** A slot that a provider holds. */
export interface Held {
  readonly deal: Deal;
  readonly slot: number;
}

/** All providers in columns; a provider is a row that is never used twice. Times are seconds. */
export class Providers {
  readonly mixes: readonly Mix[];
  count = 0;
  /** Node id = first id + row. */
  readonly firstId: number;
  readonly region: Uint8Array;
  readonly operator: Int32Array;
  readonly parent: Int32Array;
  readonly mix: Uint8Array;
  readonly capacity: Uint16Array;
  /** Slots held, and places that repairs under way take. */
  readonly reserved: Uint16Array;
  readonly askFactor: Float64Array;
  /** Away in [from, until); until Infinity: for good. */
  readonly downFrom: Float64Array;
  readonly downUntil: Float64Array;
  readonly missRun: Uint16Array;
  readonly misses: Uint16Array;
  /** Epoch from which on it must prove. */
  readonly dutyFrom: Int32Array;
  /** Fragments that are paid for and that it does not have, as far as it can know. */
  readonly lacks: Int32Array;
  /** Fragments that it is paid for and acknowledged. */
  readonly owed: Int32Array;
  /** Epochs since the last daily look at the end of which it was there. */
  readonly upEpochs: Uint8Array;
  /** Tracked fragments on its disk. */
  readonly stored: Int32Array;
  readonly rent: Float64Array;
  readonly rentEpochs: Float64Array;
  readonly fragmentEpochs: Float64Array;
  readonly stakeEpochs: Float64Array;
  readonly proofs: Int32Array;
  readonly dismissals: Int32Array;
  readonly isFaulted: Uint8Array;
  /** 1: something happened to it that may cost it stake. */
  readonly hadTrouble: Uint8Array;
  readonly held: Held[][] = [];

  constructor(options: { readonly room: number; readonly firstId: number; readonly mixes: readonly Mix[] }) {
    const { room } = options;
    this.mixes = options.mixes;
    this.firstId = options.firstId;
    this.region = new Uint8Array(room);
    this.operator = new Int32Array(room);
    this.parent = new Int32Array(room);
    this.mix = new Uint8Array(room);
    this.capacity = new Uint16Array(room);
    this.reserved = new Uint16Array(room);
    this.askFactor = new Float64Array(room);
    this.downFrom = new Float64Array(room).fill(-1);
    this.downUntil = new Float64Array(room).fill(-1);
    this.missRun = new Uint16Array(room);
    this.misses = new Uint16Array(room);
    this.dutyFrom = new Int32Array(room);
    this.lacks = new Int32Array(room);
    this.owed = new Int32Array(room);
    this.upEpochs = new Uint8Array(room);
    this.stored = new Int32Array(room);
    this.rent = new Float64Array(room);
    this.rentEpochs = new Float64Array(room);
    this.fragmentEpochs = new Float64Array(room);
    this.stakeEpochs = new Float64Array(room);
    this.proofs = new Int32Array(room);
    this.dismissals = new Int32Array(room);
    this.isFaulted = new Uint8Array(room);
    this.hadTrouble = new Uint8Array(room);
  }

  add(options: { readonly dice: SimDice; readonly operator: number; readonly parent: number; readonly mix: number }): number {
    const { dice, operator, parent, mix } = options;
    const p = this.count++;
    if (p >= this.region.length) throw new Error('more providers joined than the tables have rows');
    this.region[p] = dice.below(ASSUMED.regions);
    this.operator[p] = operator;
    this.parent[p] = parent;
    this.mix[p] = mix;
    this.capacity[p] = dice.between(ASSUMED.capacityMin, ASSUMED.capacityMax);
    this.askFactor[p] = dice.within(ASSUMED.askLeast, ASSUMED.askMost);
    this.held.push([]);
    return p;
  }

  idOf(p: number): number {
    return this.firstId + p;
  }

  rowOf(id: number): number {
    return id - this.firstId;
  }

  mixOf(p: number): Mix {
    return this.mixes[this.mix[p]!]!;
  }

  isUp(p: number, seconds: number): boolean {
    return !(seconds >= this.downFrom[p]! && seconds < this.downUntil[p]!);
  }

  isGone(p: number): boolean {
    return this.downUntil[p] === Infinity;
  }

  /** Joins what overlaps. */
  goDown(p: number, from: number, until: number): void {
    if (this.downUntil[p]! < from) this.downFrom[p] = from;
    this.downUntil[p] = Math.max(this.downUntil[p]!, until);
  }

  hold(p: number, held: Held): void {
    this.held[p]!.push(held);
  }

  letGo(p: number, { deal, slot }: Held): void {
    const list = this.held[p]!;
    const at = list.findIndex((one) => one.deal === deal && one.slot === slot);
    list[at] = list[list.length - 1]!;
    list.pop();
  }
}

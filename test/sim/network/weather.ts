/** What befalls the network. Everything is drawn from one stream of the seed, whatever providers do. */
import { ASSUMED } from './assumptions.ts';
import { allBatches } from './deals.ts';
import type { Deal } from './deals.ts';
import type { Every } from './scenario.ts';
import { breakOff, giveUp, heal } from './repairs.ts';
import { damage, refreshLacks } from './slots.ts';
import { DAY } from './world.ts';
import type { Heavy, World } from './world.ts';

const HOUR = 3_600;
const YEAR = 365 * DAY;
const MONTH = YEAR / 12;
const TIB = 2 ** 40;
const DISKS = 4;
const JOIN_DAYS = 5;
const LARGE_OPERATOR = 5;

export function startWeather(world: World): void {
  const { scenario, agenda, providers } = world;
  for (let p = 0; p < providers.count; p += 1) expose(world, p);
  for (const heavy of world.heavies) again(world, scenario.heavyOutages, (seconds) => crash(world, heavy, world.seconds + seconds));
  again(world, scenario.regionOutages, (seconds) => darken(world, seconds));
  again(world, scenario.partitions, (seconds) => part(world, seconds));
  const { operatorExitDays, rotPerTibYear, priceShocks, blackout, disaster, heavyDeaths } = scenario;
  if (operatorExitDays !== undefined) again(world, { days: operatorExitDays, meanHours: 0 }, () => operatorLeaves(world));
  if (priceShocks !== undefined) again(world, { days: priceShocks.days, meanHours: 0 }, () => shock(world, priceShocks.factor));
  if (rotPerTibYear !== undefined) rotAgain(world, rotPerTibYear);
  if (blackout !== undefined) agenda.put(blackout.day * DAY, () => blackOut(world, blackout));
  if (disaster !== undefined) agenda.put(disaster.day * DAY, () => chosen(world, disaster.share).forEach((p) => vanish(world, p)));
  if (heavyDeaths !== undefined) agenda.put(heavyDeaths.day * DAY, () => world.heavies.slice(0, Math.round(world.heavies.length * heavyDeaths.share)).forEach((heavy) => crash(world, heavy, Infinity)));
}

/** A new provider is as mortal as the others. */
function expose(world: World, p: number): void {
  const { scenario, dice, agenda, providers } = world;
  const perSecond = -Math.log(1 - scenario.monthlyLoss) / MONTH;
  if (perSecond > 0) agenda.in(dice.weather.waiting(1 / perSecond), () => vanish(world, p));
  const isThere = () => !providers.isGone(p);
  again(world, scenario.outages, (seconds) => away(world, p, seconds), isThere);
  const { diskDeathsPerYear } = scenario;
  if (diskDeathsPerYear !== undefined) again(world, { days: 365 / diskDeathsPerYear, meanHours: 0 }, () => diskDies(world, p), isThere);
}

/** Again and again, as long as `goesOn`; `what` is told how many seconds it lasts. */
function again(world: World, every: Every | undefined, what: (seconds: number) => void, goesOn: () => boolean = () => true): void {
  if (every === undefined) return;
  const { dice, agenda } = world;
  const happen = (): void => {
    if (!goesOn()) return;
    what(dice.weather.waiting(every.meanHours * HOUR));
    agenda.in(dice.weather.waiting(every.days * DAY), happen);
  };
  agenda.in(dice.weather.waiting(every.days * DAY), happen);
}

function away(world: World, p: number, seconds: number): void {
  world.providers.goDown(p, world.seconds, world.seconds + seconds);
  world.providers.hadTrouble[p] = 1;
}

/** With everything that it holds, and without a word. Somebody else joins some days later. */
function vanish(world: World, p: number): void {
  const { providers, tally, dice, agenda } = world;
  if (providers.isGone(p)) return;
  away(world, p, Infinity);
  tally.departures += 1;
  world.note('provider.gone', String(providers.idOf(p)));
  for (const { deal, slot } of providers.held[p]!) damage(world, deal, { slot, batches: allBatches(deal) });
  agenda.in(dice.weather.waiting(JOIN_DAYS * DAY), () => {
    tally.joins += 1;
    expose(world, world.join(providers.mix[p]!));
  });
}

function operatorLeaves(world: World): void {
  const { providers, dice } = world;
  const ofOperator = new Map<number, number[]>();
  for (let p = 0; p < providers.count; p += 1) {
    if (providers.isGone(p) || providers.operator[p]! < 0) continue;
    ofOperator.set(providers.operator[p]!, [...(ofOperator.get(providers.operator[p]!) ?? []), p]);
  }
  const nodes = dice.weather.pick([...ofOperator.values()].filter((list) => list.length >= LARGE_OPERATOR));
  if (nodes === undefined) return;
  world.note('operator.leaves', `${nodes.length} providers`);
  for (const p of nodes) vanish(world, p);
}

function darken(world: World, seconds: number): void {
  const region = world.dice.weather.below(ASSUMED.regions);
  world.note('region.dark', `${region} for ${Math.round(seconds / HOUR)} h`);
  const { providers } = world;
  for (let p = 0; p < providers.count; p += 1) if (providers.region[p] === region && !providers.isGone(p)) away(world, p, seconds);
  for (const heavy of world.heavies) if (heavy.region === region) crash(world, heavy, world.seconds + seconds);
}

function part(world: World, seconds: number): void {
  const { cutOff, dice, agenda } = world;
  const regions = Array.from({ length: ASSUMED.regions }, (_, region) => region).filter(() => dice.weather.chance(0.5));
  world.note('network.parts', `${regions.join(',')} for ${Math.round(seconds / HOUR)} h`);
  for (const region of regions) cutOff.add(region);
  agenda.in(seconds, () => {
    for (const region of regions) cutOff.delete(region);
    world.note('network.heals');
  });
}

function crash(world: World, heavy: Heavy, until: number): void {
  if (world.isHeavyUp(heavy)) heavy.downFrom = world.seconds;
  heavy.downUntil = Math.max(heavy.downUntil, until);
  world.note('heavy.down', String(heavy.id));
  breakOff(world, heavy);
}

function shock(world: World, factor: number): void {
  world.usdPerToken *= factor ** world.dice.weather.within(-1, 1);
  world.note('price', world.usdPerToken.toFixed(3));
}

function blackOut(world: World, { share, hours }: { readonly share: number; readonly hours: number }): void {
  world.note('blackout');
  for (const p of chosen(world, share)) away(world, p, hours * HOUR);
}

function chosen(world: World, share: number): number[] {
  const { providers, dice } = world;
  return Array.from({ length: providers.count }, (_, p) => p).filter((p) => !providers.isGone(p) && dice.weather.chance(share));
}

/** A quarter of everything is gone, and it is known at once: the slots are surrendered when nobody has sent the bytes again. */
function diskDies(world: World, p: number): void {
  const { providers, dice } = world;
  const disk = dice.weather.below(DISKS);
  providers.hadTrouble[p] = 1;
  world.note('disk.dies', String(providers.idOf(p)));
  for (const { deal, slot } of [...providers.held[p]!]) {
    let batches = 0;
    for (let batch = 0; batch < deal.batches; batch += 1) if (batch % DISKS === disk) batches |= 1 << batch;
    damage(world, deal, { slot, batches });
    surrenderLater(world, deal, slot);
  }
}

function surrenderLater(world: World, deal: Deal, slot: number): void {
  const tenure = deal.tenures[slot];
  world.agenda.in(ASSUMED.surrenderEpochs * world.clock.epochSeconds, () => {
    const { provider } = deal.state.slots[slot]!;
    if (deal.tenures[slot] !== tenure || provider === 0 || world.deals.get(deal.id) !== deal || deal.isRepairing) return;
    if (world.providers.isGone(world.providers.rowOf(provider))) return;
    world.tally.surrenders += 1;
    giveUp(world, deal, { slot, cause: 'surrender' });
  });
}

/** One leaf of one fragment somewhere; the scrub finds it within a pass. */
function rotAgain(world: World, perTibYear: number): void {
  const { providers, dice, agenda } = world;
  let stored = 0;
  for (let p = 0; p < providers.count; p += 1) stored += providers.isGone(p) ? 0 : providers.stored[p]!;
  const tib = Math.max(1, (stored * world.fragmentBytes) / TIB);
  agenda.in(dice.weather.waiting(YEAR / (perTibYear * tib)), () => {
    rot(world);
    rotAgain(world, perTibYear);
  });
}

function rot(world: World): void {
  const { providers, dice, agenda } = world;
  const p = dice.weather.below(providers.count);
  const place = dice.weather.pick(providers.held[p]!);
  if (place === undefined || providers.isGone(p)) return;
  const { deal, slot } = place;
  const batch = dice.weather.below(deal.batches);
  const word = 1 << batch;
  if ((deal.missing[slot]! & word) !== 0) return;
  const tenure = deal.tenures[slot];
  providers.hadTrouble[p] = 1;
  world.note('leaf.rots', `${deal.id}/${slot}`);
  damage(world, deal, { slot, batches: word, isSecret: true });
  agenda.in(dice.weather.within(0, ASSUMED.scrubDays * DAY), async () => {
    if (deal.tenures[slot] !== tenure || (deal.latent[slot]! & word) === 0 || world.deals.get(deal.id) !== deal) return;
    deal.latent[slot] = deal.latent[slot]! & ~word;
    providers.stored[p]! -= 1;
    refreshLacks(world, p);
    if (providers.isGone(p) || (await heal(world, deal, { slot, batch }))) return;
    surrenderLater(world, deal, slot);
  });
}

/** Names and places of region numbers. The protocol knows numbers only; these pages agree on names for the first twenty. */
export interface RegionPlace {
  readonly name: string;
  /** Degrees: longitude, latitude. */
  readonly at: readonly [number, number];
}

const PLACES: Readonly<Record<number, RegionPlace>> = {
  1: { name: 'Western Europe', at: [3, 48] },
  2: { name: 'North America, east', at: [-77, 39] },
  3: { name: 'North America, west', at: [-121, 40] },
  4: { name: 'East Asia', at: [132, 35] },
  5: { name: 'South America', at: [-52, -15] },
  6: { name: 'Northern Europe', at: [18, 61] },
  7: { name: 'Eastern Europe', at: [27, 50] },
  8: { name: 'Southern Europe', at: [15, 41] },
  9: { name: 'North America, middle', at: [-97, 42] },
  10: { name: 'Central America', at: [-90, 17] },
  11: { name: 'Northern Africa', at: [10, 30] },
  12: { name: 'Western Africa', at: [0, 10] },
  13: { name: 'Eastern Africa', at: [37, 0] },
  14: { name: 'Southern Africa', at: [25, -29] },
  15: { name: 'Middle East', at: [46, 27] },
  16: { name: 'Central Asia', at: [67, 44] },
  17: { name: 'South Asia', at: [78, 20] },
  18: { name: 'South-east Asia', at: [105, 8] },
  19: { name: 'Australia', at: [135, -26] },
  20: { name: 'Pacific', at: [173, -41] },
};

/** Those with a name, by number. */
export const NAMED_REGIONS: readonly number[] = Object.keys(PLACES).map(Number);

export function regionPlace(region: number): RegionPlace | undefined {
  return PLACES[region];
}

export function regionName(region: number): string {
  return PLACES[region]?.name ?? `Region ${region}`;
}

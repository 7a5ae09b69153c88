import { geoNaturalEarth1, geoPath } from 'd3-geo';
import { useMemo } from 'react';
import { feature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import land from 'world-atlas/land-110m.json' with { type: 'json' };
import { plural } from '../../ui/format.ts';
import { regionName, regionPlace } from '../../ui/regions.ts';

const WIDTH = 720;
const HEIGHT = 350;

/** Where the slots would lie, as the providers say themselves. The list beside it says the same in words. */
export function RegionMap({ regions }: { regions: readonly number[] }) {
  const { outline, project } = useMemo(() => {
    const projection = geoNaturalEarth1().fitExtent([[4, 4], [WIDTH - 4, HEIGHT + 28]], { type: 'Sphere' });
    const topology = land as unknown as Topology<{ land: GeometryCollection }>;
    return { outline: geoPath(projection)(feature(topology, topology.objects.land)) ?? '', project: projection };
  }, []);
  const counts = [...new Set(regions)].map((region) => ({ region, count: regions.filter((one) => one === region).length })).sort((a, b) => b.count - a.count);
  return (
    <figure className="region-map">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
        <path d={outline} className="land" />
        {counts.map(({ region, count }) => {
          const place = regionPlace(region);
          const at = place === undefined ? null : project([...place.at]);
          if (at === null) return null;
          return <g key={region} transform={`translate(${at[0]} ${at[1]})`}><circle r={9 + Math.sqrt(count) * 5} className="region-halo" /><circle r="11" className="region-dot" /><text className="region-count" dy="0.35em" textAnchor="middle">{count}</text></g>;
        })}
      </svg>
      <figcaption>
        <ul className="region-list">{counts.map(({ region, count }) => <li key={region}><strong>{regionName(region)}</strong><span>{plural(count, 'provider')}</span></li>)}</ul>
      </figcaption>
    </figure>
  );
}

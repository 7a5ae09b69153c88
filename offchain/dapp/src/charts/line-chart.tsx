import { tableOf } from './chart-data.ts';
import type { ChartData } from './chart-data.ts';
import { DASHES, Figure, Legend, Swatch, TINTS } from './figure.tsx';
import { areaPath, linePath } from './path.ts';
import { Plot } from './plot.tsx';
import { niceScale } from './scale.ts';

/** Values over time. One series is filled; several differ by colour and dashes. */
export function LineChart({ data, height, fromZero = true, note, isTitleShown = true }: { data: ChartData; height?: number; fromZero?: boolean; note?: string; isTitleShown?: boolean }) {
  const scale = niceScale(data.series.flatMap(({ values }) => values), { fromZero });
  return (
    <Figure title={data.title} note={note} table={tableOf(data)} isTitleShown={isTitleShown}>
      {data.series.length < 2 ? null : <Legend items={data.series.map(({ name }, index) => ({ name, mark: <Swatch index={index} isLine /> }))} />}
      <Plot data={data} scale={scale} isLine {...(height === undefined ? {} : { height })}>
        {({ x, y, y0, chosen }) => data.series.map(({ name, values }, index) => {
          const spots = values.map((value, place) => (value === null ? null : { x: x(place), y: y(value) }));
          // One value makes no line.
          const mark = chosen !== undefined ? spots[chosen] : spots.length === 1 ? spots[0] : undefined;
          return (
            <g key={name} className={`tint-${index % TINTS}`}>
              {data.series.length === 1 ? <path className="chart-area" d={areaPath(spots, y0)} /> : null}
              <path className="chart-line" d={linePath(spots)} strokeDasharray={DASHES[index % DASHES.length]} />
              {mark === undefined || mark === null ? null : <circle className="chart-dot" cx={mark.x} cy={mark.y} r="4" />}
            </g>
          );
        })}
      </Plot>
    </Figure>
  );
}

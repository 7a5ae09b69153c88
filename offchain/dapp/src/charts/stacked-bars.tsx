import { stack, tableOf } from './chart-data.ts';
import type { ChartData } from './chart-data.ts';
import { Figure, Hatch, Legend, Swatch, TINTS } from './figure.tsx';
import { Plot } from './plot.tsx';
import { niceScale } from './scale.ts';

/** Parts of a whole over time, on top of each other; they differ by colour and strokes. */
export function StackedBars({ data, height, note, isTitleShown = true }: { data: ChartData; height?: number; note?: string; isTitleShown?: boolean }) {
  const bars = stack(data);
  const scale = niceScale(bars.map((parts) => parts.at(-1)?.to ?? 0));
  return (
    <Figure title={data.title} note={note} table={tableOf(data)} isTitleShown={isTitleShown}>
      {data.series.length < 2 ? null : <Legend items={data.series.map(({ name }, index) => ({ name, mark: <Swatch index={index} /> }))} />}
      <Plot data={data} scale={scale} isLine={false} {...(height === undefined ? {} : { height })}>
        {({ x, y, column, chosen }) => {
          const width = Math.min(40, Math.max(1, column * 0.7));
          return bars.map((parts, place) => (
            <g key={place} className={chosen === undefined || chosen === place ? undefined : 'chart-dim'}>
              {parts.map(({ from, to }, index) => {
                const [top, bottom] = [y(to), y(from)];
                if (bottom - top <= 0) return null;
                const at = { x: x(place) - width / 2, y: top, width, height: bottom - top };
                return <g key={index} className={`tint-${index % TINTS}`}><rect className="chart-bar" {...at} rx={Math.min(2, width / 4)} />{width < 6 ? null : <Hatch index={index} {...at} />}</g>;
              })}
            </g>
          ));
        }}
      </Plot>
    </Figure>
  );
}

import { useState } from 'react';
import type { KeyboardEvent, PointerEvent, ReactNode } from 'react';
import { movedPlace, sayPlace, textOf } from './chart-data.ts';
import type { ChartData } from './chart-data.ts';
import { placeOn, shownLabels } from './scale.ts';
import type { Scale } from './scale.ts';
import { Swatch } from './figure.tsx';
import { useWidth } from './use-width.ts';

/** Room for the ticks' texts on the left, and for the labels below. */
const LEFT = 62;
const BOTTOM = 24;
const TOP = 10;
const RIGHT = 8;
const LABEL_WIDTH = 68;

export interface PlotArea {
  readonly width: number;
  readonly x0: number;
  readonly x1: number;
  readonly y0: number;
  readonly y: (value: number) => number;
  /** The middle of a place's column. */
  readonly x: (place: number) => number;
  readonly column: number;
  readonly chosen: number | undefined;
}

/** Axes, grid, and a cursor over the places: a slider, so that arrow keys reach every value and it is read out. */
export function Plot({ data, scale, height = 220, isLine, children }: { data: ChartData; scale: Scale; height?: number; isLine: boolean; children: (area: PlotArea) => ReactNode }) {
  const [ref, width] = useWidth();
  const [chosen, setChosen] = useState<number>();
  const count = data.labels.length;
  const [x0, x1, y0] = [LEFT, Math.max(LEFT + 20, width - RIGHT), height - BOTTOM];
  const column = (x1 - x0) / Math.max(1, count);
  const x = (place: number): number => x0 + column * (place + 0.5);
  const y = placeOn([scale.min, scale.max], [y0, TOP]);
  const shown = new Set(shownLabels(count, Math.floor((x1 - x0) / LABEL_WIDTH)));

  const point = (event: PointerEvent<HTMLDivElement>): void => {
    const { left } = event.currentTarget.getBoundingClientRect();
    const place = Math.floor((event.clientX - left - x0) / column);
    setChosen(place >= 0 && place < count ? place : undefined);
  };
  const press = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') return setChosen(undefined);
    const place = movedPlace(event.key, chosen ?? count - 1, count);
    if (place === undefined || count === 0) return;
    event.preventDefault();
    setChosen(chosen === undefined && event.key.startsWith('Arrow') ? count - 1 : place);
  };
  const reading = Math.min(chosen ?? count - 1, count - 1);
  return (
    <div ref={ref} className="plot" role="slider" tabIndex={0} aria-label={`${data.title}. Arrow keys move along it`} aria-valuemin={0} aria-valuemax={Math.max(0, count - 1)} aria-valuenow={Math.max(0, reading)} aria-valuetext={sayPlace(data, reading)}
      onPointerMove={point} onPointerLeave={() => setChosen(undefined)} onKeyDown={press} onBlur={() => setChosen(undefined)}>
      <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
        {scale.ticks.map((tick) => (
          <g key={tick}>
            <path className={tick === 0 ? 'chart-base' : 'chart-grid'} d={`M${x0} ${Math.round(y(tick)) + 0.5}H${x1}`} />
            <text className="chart-tick" x={x0 - 8} y={y(tick)} dy="0.32em" textAnchor="end">{data.format(tick)}</text>
          </g>
        ))}
        {data.labels.map((label, place) => (shown.has(place) ? <text key={place} className="chart-tick" x={x(place)} y={height - 6} textAnchor={place === count - 1 && count > 6 ? 'end' : 'middle'} dx={place === count - 1 && count > 6 ? column / 2 : 0}>{label}</text> : null))}
        {chosen === undefined || chosen >= count ? null : <path className="chart-cursor" d={`M${x(chosen)} ${TOP}V${y0}`} />}
        {children({ width, x0, x1, y0, x, y, column, chosen })}
      </svg>
      {chosen === undefined || chosen >= count ? null : <Bubble data={data} place={chosen} isLine={isLine} share={(x(chosen) - x0) / (x1 - x0)} left={x(chosen)} />}
    </div>
  );
}

function Bubble({ data, place, isLine, share, left }: { data: ChartData; place: number; isLine: boolean; share: number; left: number }) {
  const style = share > 0.5 ? { right: `calc(100% - ${left - 12}px)` } : { left: left + 12 };
  return (
    <div className="chart-bubble" style={style} aria-hidden="true">
      <p className="chart-bubble-title">{data.axis} {data.labels[place]}</p>
      {data.series.map((series, index) => <p key={series.name}><Swatch index={index} isLine={isLine} /> {series.name} <strong>{textOf(data, series, place)}</strong></p>)}
    </div>
  );
}

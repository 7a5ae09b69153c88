import { useEffect, useState } from 'react';

/** The width of an element in CSS pixels; `first` until it is known. */
export function useWidth(first = 640): readonly [ref: (element: HTMLElement | null) => void, width: number] {
  const [element, setElement] = useState<HTMLElement | null>(null);
  const [width, setWidth] = useState(first);
  useEffect(() => {
    if (element === null) return undefined;
    const watch = new ResizeObserver(([entry]) => {
      const wide = entry?.contentRect.width ?? 0;
      if (wide > 0) setWidth(Math.round(wide));
    });
    watch.observe(element);
    return () => watch.disconnect();
  }, [element]);
  return [setElement, width];
}

import { useEffect, useRef, useState } from 'react';
import { droppedItems } from '../../../../client/page/dropped-items.ts';
import type { PageItem } from '../../../../client/page/files-source.ts';

/** Takes what is dropped anywhere on the page: a file that misses its field would else be opened by the browser in the page's place. Returns whether something is held over it. */
export function useDropped(take: (items: readonly PageItem[]) => void): boolean {
  const [isOver, setOver] = useState(false);
  const latest = useRef(take);
  latest.current = take;
  useEffect(() => {
    const listening = new AbortController();
    const { signal } = listening;
    const isFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') === true;
    addEventListener('dragover', (event) => {
      if (!isFiles(event)) return;
      event.preventDefault();
      setOver(true);
    }, { signal });
    // Out of the window: within it there is always an element that is entered.
    addEventListener('dragleave', (event) => event.relatedTarget === null && setOver(false), { signal });
    addEventListener('drop', (event) => {
      setOver(false);
      if (!isFiles(event)) return;
      event.preventDefault();
      // Behind an open dialog nothing is taken. At once: the browser empties it when this returns.
      if (document.querySelector('dialog[open]') === null) latest.current(droppedItems(event.dataTransfer!));
    }, { signal });
    return () => listening.abort();
  }, []);
  return isOver;
}

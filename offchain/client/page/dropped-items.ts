import type { PageItem } from './files-source.ts';

/**
 * What was dropped, folders included. To be called while the event is handled: a moment later the browser has forgotten it.
 * @example
 * target.ondrop = (event) => { event.preventDefault(); const source = filesSource(droppedItems(event.dataTransfer)); };
 */
export function droppedItems(transfer: DataTransfer): PageItem[] {
  const items = [...transfer.items].filter(({ kind }) => kind === 'file').map((item) => item.webkitGetAsEntry() ?? item.getAsFile());
  return items.filter((item) => item !== null);
}

/** The four areas and their pages. An area that has pages of its own exports them from its folder. */
import { creatorPages } from '../creator/pages.ts';
import { explorerPages } from '../explorer/pages.ts';
import { heavyPages } from '../heavy/pages.ts';
import { providerPages } from '../provider/pages.ts';
import type { PageRoute } from '../state/pages.ts';
import type { IconName } from '../ui/icon.tsx';

export interface Area {
  readonly id: string;
  readonly title: string;
  readonly icon: IconName;
  readonly pages: readonly PageRoute[];
}

export const AREAS: readonly Area[] = [
  { id: 'store', title: 'Store', icon: 'store', pages: creatorPages },
  { id: 'provide', title: 'Provide', icon: 'provide', pages: providerPages },
  { id: 'heavy', title: 'Heavy node', icon: 'heavy', pages: heavyPages },
  { id: 'explore', title: 'Explore', icon: 'explore', pages: explorerPages },
];

/** Where an area begins. */
export function homeOf({ pages }: Area): string {
  return pages.find(({ inMenu }) => inMenu !== false)?.path ?? '/';
}

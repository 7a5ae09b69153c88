/** The pages' scripts: loaded when a page is opened, or a little before. */
import { lazy, useEffect, useState } from 'react';
import type { ComponentType } from 'react';
import type { PageRoute } from '../state/pages.ts';
import { AREAS } from './areas.ts';
import { matchRoute } from './match.ts';

interface PageView extends PageRoute {
  readonly View: ComponentType;
  ahead(): void;
}

export const PAGES: readonly PageView[] = AREAS.flatMap(({ pages }) => pages).map(viewOf);
// The first one while the network's settings are asked for.
PAGES.find(({ path }) => matchRoute(path, location.pathname))?.ahead();

function viewOf(page: PageRoute): PageView {
  let known: ComponentType | undefined;
  const load = async (): Promise<{ default: ComponentType }> => {
    known = (await page.load()).Page;
    return { default: known };
  };
  const Later = lazy(load);
  // What is there already is shown at once: behind a placeholder React keeps it back for 300 ms. The choice holds while the page is open.
  const View = (): React.ReactNode => {
    const [Now] = useState(() => known ?? Later);
    return <Now />;
  };
  return { ...page, View, ahead: () => void (known === undefined && load().catch(() => undefined)) };
}

/** Loads the pages of the open area while the browser has nothing to do, and any page as soon as somebody points at a link to it, or comes to it by the keyboard. */
export function usePagesAhead(location: string): void {
  useEffect(() => {
    const pointed = ({ target }: Event): void => {
      const link = target instanceof Element ? target.closest('a') : null;
      if (link?.origin === window.location.origin) PAGES.find(({ path }) => matchRoute(path, link.pathname))?.ahead();
    };
    for (const event of ['pointerover', 'focusin']) addEventListener(event, pointed);
    return () => {
      for (const event of ['pointerover', 'focusin']) removeEventListener(event, pointed);
    };
  }, []);
  const area = AREAS.findIndex(({ pages }) => pages.some(({ path }) => matchRoute(path, location)));
  useEffect(() => {
    const ahead = (): void => AREAS[area]?.pages.forEach(({ path }) => PAGES.find((page) => page.path === path)?.ahead());
    // Safari has no idle callback.
    if (!('requestIdleCallback' in globalThis)) {
      const timer = setTimeout(ahead, IDLE_MS);
      return () => clearTimeout(timer);
    }
    const idle = requestIdleCallback(ahead, { timeout: IDLE_MS });
    return () => cancelIdleCallback(idle);
  }, [area]);
}

const IDLE_MS = 2_000;

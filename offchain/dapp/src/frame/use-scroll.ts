import { useEffect, useRef } from 'react';

/** A new page begins at its top, with its name in the menu in sight; going back leaves the place to the browser. */
export function useScroll(location: string): void {
  const isBack = useRef(false);
  useEffect(() => {
    const back = (): void => {
      isBack.current = true;
    };
    addEventListener('popstate', back);
    return () => removeEventListener('popstate', back);
  }, []);
  useEffect(() => {
    if (isBack.current) isBack.current = false;
    else scrollTo(0, 0);
    const menu = document.querySelector('.pages');
    const link = menu?.querySelector<HTMLElement>('[aria-current]');
    if (menu !== null && link !== null && link !== undefined) menu.scrollLeft = link.offsetLeft - (menu.clientWidth - link.offsetWidth) / 2;
  }, [location]);
}

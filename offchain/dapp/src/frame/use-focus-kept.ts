import { useEffect } from 'react';

/**
 * Where what has the focus is taken off the page, or can no longer be pressed, the heading above it takes the focus: a keyboard goes on from there, and a
 * screen reader says where that is. Else the focus would fall to the page's beginning.
 */
export function useFocusKept(): void {
  useEffect(() => {
    let last: Element | undefined;
    let headings: readonly (HTMLElement | null | undefined)[] = [];
    const note = ({ target }: FocusEvent): void => {
      if (!(target instanceof Element)) return;
      last = target;
      headings = [target.closest('dialog')?.querySelector('h2'), target.closest('section.card')?.querySelector('h2'), document.querySelector<HTMLElement>('main h1')];
    };
    const look = (): void => {
      const { activeElement, body } = document;
      if (last === undefined || (activeElement !== body && activeElement !== last)) return;
      if (last.isConnected && !last.matches(':disabled')) return;
      const heading = headings.find((one) => one?.isConnected === true && one.checkVisibility()) ?? document.querySelector<HTMLElement>('main h1');
      if (heading === null || heading === undefined) return;
      heading.tabIndex = -1;
      heading.focus({ preventScroll: true });
    };
    const observer = new MutationObserver(look);
    addEventListener('focusin', note);
    observer.observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ['disabled', 'open'] });
    return () => {
      removeEventListener('focusin', note);
      observer.disconnect();
    };
  }, []);
}

/** A page by the keyboard alone: what cannot be reached, is not seen when it is, or lets the focus fall, fails. */
import type { FileChooser, Locator, Page } from 'playwright-core';

const TRIES_MAX = 400;
const WAIT_MS = 50;
const TYPED_MAX = 48;

interface Place {
  /** The tabulator's presses to it, backwards if negative; 0: it has the focus. An estimate: hidden things take none. */
  readonly away: number;
  /** What is wrong with how the focus shows. */
  readonly fault?: string;
}

/** Moves the focus by the tabulator until `target` has it, and looks whether a person would see it there. */
export async function reach(target: Locator): Promise<void> {
  const { keyboard } = target.page();
  let fault: string | undefined;
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const place = await target.evaluate(placeOf);
    fault = place.fault;
    if (place.away === 0 && fault === undefined) return;
    for (let presses = Math.abs(place.away); presses > 0; presses--) await keyboard.press(place.away < 0 ? 'Shift+Tab' : 'Tab');
    // Scrolling to what has got the focus takes a frame; what is disabled may wait for an answer of the chain.
    if (place.away === 0) await target.page().waitForTimeout(WAIT_MS);
  }
  throw new Error(`${String(target)} is not reached by the keyboard${fault === undefined ? '' : `: ${fault}`}`);
}

/** A button or a link. */
export async function press(target: Locator): Promise<void> {
  await reach(target);
  await target.page().keyboard.press('Enter');
}

/** Typed in the place of what stands there; pasted when it is long. */
export async function write(target: Locator, text: string): Promise<void> {
  await reach(target);
  const { keyboard } = target.page();
  await keyboard.press('ControlOrMeta+a');
  await (text.length > TYPED_MAX ? keyboard.insertText(text) : keyboard.type(text));
}

/** One of a group of radio buttons (the tabulator comes to the chosen one, arrows go on), or a switch. */
export async function choose(target: Locator): Promise<void> {
  const { keyboard } = target.page();
  await target.waitFor();
  if (await target.isChecked()) return;
  if ((await target.getAttribute('type')) === 'checkbox') {
    await reach(target);
    return keyboard.press('Space');
  }
  const group = target.page().locator(`input[name=${JSON.stringify(await target.getAttribute('name'))}]`);
  const chosen = group.and(target.page().locator(':checked'));
  await reach((await chosen.count()) > 0 ? chosen : group.first());
  for (let presses = await group.count(); presses > 0; presses--) {
    await keyboard.press('ArrowDown');
    if (await target.isChecked()) return;
  }
  throw new Error(`${String(target)} is not chosen by the arrow keys`);
}

/** The browser's own window for files, opened by the keyboard. */
export async function chooser(button: Locator): Promise<FileChooser> {
  const [opened] = await Promise.all([button.page().waitForEvent('filechooser'), press(button)]);
  return opened;
}

/** What has the focus, for a person who would have to find it again. */
export function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const { activeElement } = document;
    return activeElement === null || activeElement === document.body ? '' : `${activeElement.tagName.toLowerCase()} ${(activeElement.getAttribute('aria-label') ?? activeElement.textContent ?? '').slice(0, 60)}`;
  });
}

/** Runs in the page. */
function placeOf(target: Element): Place {
  const active = document.activeElement ?? document.body;
  if (active === target) {
    const shown = target.closest('.choice, .toggle') ?? target;
    const { boxShadow, outlineStyle } = getComputedStyle(shown);
    if (boxShadow === 'none' && outlineStyle === 'none') return { away: 0, fault: 'nothing shows that it has the focus' };
    const { left, top, width, height } = target.getBoundingClientRect();
    const there = document.elementFromPoint(left + width / 2, top + height / 2);
    const isSeen = there !== null && (target.contains(there) || there.contains(target));
    return isSeen ? { away: 0 } : { away: 0, fault: `it is covered by ${there === null ? 'the edge of the window' : `${there.tagName} ${there.className}`}` };
  }
  if (target.matches(':disabled')) return { away: 0, fault: 'it is disabled' };
  const within = document.querySelector('dialog[open]') ?? document.body;
  const stops = [...within.querySelectorAll('a[href], button:enabled, summary, input:enabled:not([type=radio]), input[type=radio]:checked, select, [tabindex="0"]')].filter((one) => one === target || one.checkVisibility({ visibilityProperty: true }));
  const to = stops.indexOf(target);
  if (to < 0 || active === document.body) return { away: 1 };
  // The first stop behind what has the focus: that may be no stop itself, as headings are.
  const from = stops.findIndex((one) => one === active || (active.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0);
  if (from < 0) return { away: to - stops.length };
  const isStop = stops[from] === active;
  return { away: to >= from ? to - from + (isStop ? 0 : 1) : to - from };
}

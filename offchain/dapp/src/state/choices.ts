/** What the visitor chose in Settings; kept in this browser only. */
import { z } from 'zod';
import { webUrl } from '../../server/settings.ts';

export const Choices = z.object({
  theme: z.enum(['system', 'light', 'dark']).catch('system'),
  rpcUrl: webUrl.optional().catch(undefined),
  subgraphUrl: webUrl.optional().catch(undefined),
  heavyUrl: webUrl.optional().catch(undefined),
});
export type Choices = z.output<typeof Choices>;

const KEY = 'holdfast.choices';

/** A browser that keeps nothing, or keeps nonsense, has the defaults. */
export function readChoices(): Choices {
  try {
    return Choices.parse(JSON.parse(localStorage.getItem(KEY) ?? '{}'));
  } catch {
    return Choices.parse({});
  }
}

/** Returns false where the browser refuses to keep anything. */
export function writeChoices(change: Partial<Choices>): boolean {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...readChoices(), ...change }));
    return true;
  } catch {
    return false;
  }
}

export type Theme = Choices['theme'];

/** `data-theme` overrides what the system prefers; styles/tokens.css has both palettes. */
export function applyTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}

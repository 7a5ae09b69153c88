import { useState } from 'react';
import { applyTheme, readChoices, writeChoices } from './choices.ts';
import type { Theme } from './choices.ts';

/** The chosen colours, and choosing others: applied at once, kept for the next visit. */
export function useTheme(): readonly [Theme, (next: Theme) => void] {
  const [theme, setTheme] = useState<Theme>(() => readChoices().theme);
  const choose = (next: Theme): void => {
    writeChoices({ theme: next });
    applyTheme(next);
    setTheme(next);
  };
  return [theme, choose];
}

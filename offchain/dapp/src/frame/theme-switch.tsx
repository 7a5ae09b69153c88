import { useState } from 'react';
import { applyTheme, readChoices, writeChoices } from '../state/choices.ts';
import type { Theme } from '../state/choices.ts';
import { Icon } from '../ui/icon.tsx';

const NEXT: Readonly<Record<Theme, Theme>> = { system: 'light', light: 'dark', dark: 'system' };
const LOOKS = { system: { icon: 'auto', text: 'as the system prefers' }, light: { icon: 'sun', text: 'light' }, dark: { icon: 'moon', text: 'dark' } } as const;

export function ThemeSwitch() {
  const [theme, setTheme] = useState<Theme>(() => readChoices().theme);
  const choose = (next: Theme) => {
    writeChoices({ theme: next });
    applyTheme(next);
    setTheme(next);
  };
  return (
    <button type="button" className="icon-button" aria-label={`Colours: ${LOOKS[theme].text}. Change to ${LOOKS[NEXT[theme]].text}.`} title={`Colours: ${LOOKS[theme].text}`} onClick={() => choose(NEXT[theme])}>
      <Icon name={LOOKS[theme].icon} />
    </button>
  );
}

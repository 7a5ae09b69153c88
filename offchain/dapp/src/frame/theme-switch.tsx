import type { Theme } from '../state/choices.ts';
import { useTheme } from '../state/use-theme.ts';
import { Icon } from '../ui/icon.tsx';

const NEXT: Readonly<Record<Theme, Theme>> = { system: 'light', light: 'dark', dark: 'system' };
const LOOKS = { system: { icon: 'auto', text: 'as the system prefers' }, light: { icon: 'sun', text: 'light' }, dark: { icon: 'moon', text: 'dark' } } as const;

export function ThemeSwitch() {
  const [theme, choose] = useTheme();
  return (
    <button type="button" className="icon-button" aria-label={`Colours: ${LOOKS[theme].text}. Change to ${LOOKS[NEXT[theme]].text}.`} title={`Colours: ${LOOKS[theme].text}`} onClick={() => choose(NEXT[theme])}>
      <Icon name={LOOKS[theme].icon} />
    </button>
  );
}

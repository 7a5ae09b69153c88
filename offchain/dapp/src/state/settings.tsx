/** Where this network is: what the server says (`/holdfast.json`), and what the visitor prefers over it. */
import { createContext, use } from 'react';
import { HoldfastError } from '../../../wire/errors.ts';
import { DappSettings } from '../../server/settings.ts';
import { readChoices } from './choices.ts';

export type { DappSettings } from '../../server/settings.ts';

const SETTINGS_MAX_BYTES = 64 * 1024;

/** Throws SETTINGS_UNREADABLE. */
export async function loadSettings(signal?: AbortSignal): Promise<DappSettings> {
  let text: string;
  try {
    const response = await fetch('/holdfast.json', { cache: 'no-store', ...(signal === undefined ? {} : { signal }) });
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    text = await response.text();
  } catch (cause) {
    throw unreadable(cause);
  }
  return parseSettings(text);
}

export function parseSettings(text: string): DappSettings {
  if (text.length > SETTINGS_MAX_BYTES) throw unreadable(new Error('it is too long'));
  try {
    return DappSettings.parse(JSON.parse(text));
  } catch (cause) {
    throw unreadable(cause);
  }
}

function unreadable(cause: unknown): HoldfastError {
  return new HoldfastError('SETTINGS_UNREADABLE', 'This page could not learn which network it belongs to.', {
    cause,
    retryable: true,
    nextStep: 'See whether the program that serves it (holdfast devnet or holdfast gateway) still runs, then try again.',
  });
}

/** The server's settings with the visitor's own choices on top. */
export function withChoices(settings: DappSettings): DappSettings {
  const { rpcUrl, subgraphUrl, heavyUrl } = readChoices();
  return {
    ...settings,
    rpcUrls: rpcUrl === undefined ? settings.rpcUrls : [rpcUrl, ...settings.rpcUrls],
    heavies: heavyUrl === undefined ? settings.heavies : [heavyUrl, ...settings.heavies],
    subgraphUrl: subgraphUrl ?? settings.subgraphUrl,
  };
}

export const SettingsContext = createContext<DappSettings | undefined>(undefined);

export function useSettings(): DappSettings {
  const settings = use(SettingsContext);
  if (settings === undefined) throw new Error('useSettings outside of <App>.');
  return settings;
}

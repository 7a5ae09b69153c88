import { HoldfastError } from '../../wire/errors.ts';

/** Another tab of the same wallet stores the same name right now. */
export class BusyElsewhereError extends HoldfastError {
  constructor(what: string) {
    super('BUSY_ELSEWHERE', `${what} is under way in another tab of this browser.`, { retryable: true, details: { what }, nextStep: 'Wait until that tab is done, or close it and try again: nothing is sent or paid twice.' });
  }
}

/** The browser gives this site no database, or has no room for it. */
export class BrowserStorageError extends HoldfastError {
  constructor(why: string, cause?: unknown) {
    super('BROWSER_STORAGE', `This browser's storage cannot be used: ${why}.`, {
      cause,
      retryable: true,
      nextStep: 'Free some space, close other tabs of this site, or leave private browsing. What is stored in the network is not touched by this.',
    });
  }
}

/** Any failure as a person reads it: what, why, and what next. */
import { HoldfastError } from '../../../wire/errors.ts';
import { formatBytes } from '../ui/format.ts';

export interface Explained {
  readonly code: string;
  readonly sentence: string;
  readonly nextStep: string | undefined;
  readonly isRetryable: boolean;
  /** The visitor's own doing: told quietly. */
  readonly isOwnChoice: boolean;
}

const SENTENCE_MAX = 400;

/** Failures of browsers and wallets that have a name but no sentence of ours. */
const BY_NAME: Readonly<Record<string, Omit<Explained, 'isOwnChoice'>>> = {
  AbortError: { code: 'ABORTED', sentence: 'It was stopped.', nextStep: 'What was finished is kept; start it again whenever you like.', isRetryable: true },
  TimeoutError: { code: 'TIMEOUT', sentence: 'It took too long, so it was given up.', nextStep: 'Try again; if it stays so, look at your connection.', isRetryable: true },
  QuotaExceededError: { code: 'BROWSER_FULL', sentence: 'This browser has no room left for the page.', nextStep: 'Free some disk space, or save into a folder instead of the browser.', isRetryable: true },
  NotFoundError: { code: 'FILE_VANISHED', sentence: 'A file that was chosen is no longer there.', nextStep: 'Put it back, or choose the files again: what was stored already is not sent twice.', isRetryable: true },
  NotReadableError: { code: 'FILE_UNREADABLE', sentence: 'A chosen file was changed, moved or locked while it was read.', nextStep: 'Close the program that writes to it and choose it again: what was stored already is not sent twice.', isRetryable: true },
  NotAllowedError: { code: 'NOT_ALLOWED', sentence: 'The browser was not allowed to do that.', nextStep: 'Allow it when the browser asks, and try again.', isRetryable: true },
  SecurityError: { code: 'NOT_ALLOWED', sentence: 'The browser forbids that for this page.', nextStep: 'Leave private browsing, or allow this page to keep data.', isRetryable: false },
};

/** Ways on that name commands, as a page has them. */
const PAGE_STEPS: Readonly<Record<string, string>> = {
  NO_SHARE_KEY: 'Ask its owner to open "Shared with me" on these pages once, with that wallet. Or share by a link.',
  NO_SUCH_SHARE: 'It may have been taken back already: load the page anew.',
  NOTHING_TO_SHARE: 'What is public needs no sharing: everybody may read it.',
  BAD_RECIPIENT: 'Give an address that begins with 0x, or the card that its owner gave you.',
  QUOTA_EXCEEDED: 'Add space on the page of that agreement, rent more, or store less.',
  BROWSER_STORAGE: 'Load this page anew. If it stays so, free some disk space, or leave private browsing. What is stored in the network is not touched by this.',
  RPC_UNAVAILABLE: 'It is asked again by itself. If it stays so, look at your connection, or name another address of the chain under Settings.',
  READ_ONLY: 'Connect a wallet on this network, then start it again.',
  WRONG_KEY: 'Use the wallet, or the recovery phrase, that stored it. Nothing was changed.',
};

/** Sentences with the units and words of the protocol, in those of the pages. */
const PAGE_SENTENCES: Readonly<Record<string, (details: Readonly<Record<string, unknown>>) => string | undefined>> = {
  QUOTA_EXCEEDED: ({ agreement, needBatches, freeBatches, batchBytes }) => {
    const [need, free] = [needBatches, freeBatches].map((batches) => Number(batches) * Number(batchBytes));
    if (need === undefined || free === undefined || Number.isNaN(need + free)) return undefined;
    return `This takes at least ${formatBytes(need)} of agreement ${String(agreement)}, which has ${free <= 0 ? 'nothing' : formatBytes(free)} left. Nothing was stored or paid.`;
  },
  WRONG_KEY: () => 'What you have stored was encrypted with another key than this one.',
};

const OWN = new Set(['ABORTED', 'USER_REJECTED']);

export function explain(error: unknown): Explained {
  const known = ours(error);
  if (known !== undefined) return { code: known.code, sentence: PAGE_SENTENCES[known.code]?.(known.details) ?? known.shortMessage, nextStep: PAGE_STEPS[known.code] ?? known.nextStep, isRetryable: known.retryable, isOwnChoice: OWN.has(known.code) };
  if (isRejection(error)) {
    return { code: 'USER_REJECTED', sentence: 'You declined in the wallet, so nothing was done.', nextStep: 'Nothing was paid or changed. Start it again whenever you like.', isRetryable: true, isOwnChoice: true };
  }
  const name = error instanceof Error ? error.name : '';
  const named = BY_NAME[name];
  if (named !== undefined) return { ...named, isOwnChoice: OWN.has(named.code) };
  if (error instanceof TypeError && /fetch|network|load failed/i.test(error.message)) {
    return { code: 'OFFLINE', sentence: 'The network did not answer.', nextStep: 'Look at your connection and try again.', isRetryable: true, isOwnChoice: false };
  }
  const text = error instanceof Error ? error.message : error === undefined || error === null ? '' : String(error);
  return { code: 'UNEXPECTED', sentence: short(text) || 'Something went wrong that this page does not know.', nextStep: 'Try again. If it stays so, reload the page; nothing that is stored is lost by that.', isRetryable: true, isOwnChoice: false };
}

/** Ours, or ours inside of another library's. */
function ours(error: unknown): HoldfastError | undefined {
  for (let one = error, depth = 0; one instanceof Error && depth < 8; one = one.cause, depth++) if (one instanceof HoldfastError) return one;
  return undefined;
}

/** EIP-1193's 4001, however deep a library has wrapped it. */
function isRejection(error: unknown): boolean {
  for (let one = error, depth = 0; typeof one === 'object' && one !== null && depth < 8; one = (one as { cause?: unknown }).cause, depth++) {
    const { code, name } = one as { code?: unknown; name?: unknown };
    if (code === 4001 || code === 'ACTION_REJECTED' || name === 'UserRejectedRequestError') return true;
  }
  return false;
}

function short(text: string): string {
  const line = text.split('\n')[0]?.trim() ?? '';
  return line.length > SENTENCE_MAX ? `${line.slice(0, SENTENCE_MAX)}…` : line;
}

/** What can go wrong with sharing. */
import { HoldfastError } from '../../wire/errors.ts';

/** Nobody can wrap anything for an address that never said with which key. */
export class NoShareKeyError extends HoldfastError {
  constructor(address: string) {
    super('NO_SHARE_KEY', `${address} has not published a key to share with.`, {
      details: { address },
      nextStep: 'Ask its owner to run `holdfast share-key` once (or to send you the line that `holdfast share-key --card` prints, and share to that), or share with a link.',
    });
  }
}

export class BadGrantError extends HoldfastError {
  constructor(why: string, options: { readonly cause?: unknown } = {}) {
    super('BAD_GRANT', `This grant is refused: ${why}.`, { ...options, nextStep: 'Ask for it again, and take care that it is copied whole.' });
  }
}

export class BadLinkError extends HoldfastError {
  constructor(why: string) {
    super('BAD_LINK', `This link is refused: ${why}.`, { nextStep: 'Copy it whole, with everything behind the #.' });
  }
}

/** The heavy nodes give out a link until it expires or is taken back. */
export class LinkGoneError extends HoldfastError {
  constructor(why: string) {
    super('LINK_GONE', `This link shows nothing: ${why}.`, { nextStep: 'Ask whoever made it for another one.' });
  }
}

export class NoSuchShareError extends HoldfastError {
  constructor(what: string, why: string) {
    super('NO_SUCH_SHARE', `There is no share ${JSON.stringify(what)}: ${why}.`, { details: { what }, nextStep: '`holdfast shared` lists what you share, and what others share with you.' });
  }
}

export class NothingToShareError extends HoldfastError {
  constructor(what: string, why: string) {
    super('NOTHING_TO_SHARE', `${JSON.stringify(what)} cannot be shared: ${why}.`, { details: { what }, nextStep: '`holdfast ls` lists what is stored; public content is published (`holdfast publish`), not shared.' });
  }
}

export class NoSuchGroupError extends HoldfastError {
  constructor(name: string) {
    super('NO_SUCH_GROUP', `There is no group ${JSON.stringify(name)}.`, { details: { name }, nextStep: '`holdfast group list` shows yours; `holdfast group add NAME ADDRESS` makes one.' });
  }
}

/** It stays as it was. */
export class BadRecipientError extends HoldfastError {
  constructor(text: string, why: string) {
    super('BAD_RECIPIENT', `${JSON.stringify(text.slice(0, 100))} is nobody to share with: ${why}.`, { nextStep: 'Give an address, a card (`holdfast share-key --card`), or a group.' });
  }
}

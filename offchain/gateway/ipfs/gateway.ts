import type { Logger } from '../../store/log.ts';
import type { Blocks } from './blocks.ts';
import type { Denials } from './denied.ts';
import type { IpfsSettings } from './settings.ts';

/** What the answers to requests need. */
export interface IpfsGateway {
  readonly blocks: Blocks;
  readonly deny: Denials;
  readonly settings: IpfsSettings;
  readonly log: Logger;
}

import { getAbiItem } from 'viem';
import { marketAbi } from './generated/abi.ts';

/** The market's events that state is read from. */
export const OPENED = getAbiItem({ abi: marketAbi, name: 'Opened' });
export const REPLACED = getAbiItem({ abi: marketAbi, name: 'Replaced' });
export const SLOT_RELEASED = getAbiItem({ abi: marketAbi, name: 'SlotReleased' });
export const VACATED = getAbiItem({ abi: marketAbi, name: 'Vacated' });
export const RETIRED = getAbiItem({ abi: marketAbi, name: 'Retired' });

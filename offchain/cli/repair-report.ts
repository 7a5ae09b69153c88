import type { LostVersion, RepairResult } from '../client/repair/repair.ts';

export function repairLines(result: RepairResult): string[] {
  const { agreement, completed, lostBundles, moved, movedInPart, lost, forgotten, retired } = result;
  return [
    ...(completed.length === 0 ? [] : [`${completed.length} times a provider was given a bundle that it had missed.`]),
    lostBundles.length === 0 ? `No bundle of agreement ${agreement} has lost batches.` : `Bundles ${lostBundles.join(', ')} of agreement ${agreement} have batches that cannot be rebuilt.`,
    ...(moved.length === 0 ? [] : [`Stored anew, whole: ${moved.join(', ')}`]),
    ...(movedInPart.length === 0 ? [] : [`Stored anew without what is lost: ${movedInPart.join(', ')}`]),
    ...lost.map(lostLine),
    ...(forgotten === 0 ? [] : [`${forgotten} versions are forgotten.`]),
    ...(retired.length === 0 ? [] : [`Bundles ${retired.join(', ')} are given up: the slots that they held up can go to other providers now.`]),
  ];
}

function lostLine({ name, isNewest, paths, lostPaths, reason }: LostVersion): string {
  const which = `${isNewest ? 'The newest version' : 'An older version'} of ${name}`;
  if (lostPaths === 0) return `${which}: ${reason}`;
  return `${which} lacks ${lostPaths} files (${paths.slice(0, 5).join(', ')}${lostPaths > 5 ? ', ...' : ''}): ${reason}`;
}

/** Undefined where everything was done. */
export function whatIsLeft(result: RepairResult): { readonly sentence: string; readonly details: Readonly<Record<string, unknown>>; readonly nextStep: string } | undefined {
  const { failures, lostBundles, retired, isPartial } = result;
  const kept = lostBundles.filter((bundle) => !retired.includes(bundle));
  if (isPartial) return { sentence: 'There was too little free space to store everything anew.', details: { kept }, nextStep: 'Grow the agreement, or name another one with --into, and run it again.' };
  if (kept.length > 0) {
    return { sentence: `Bundles ${kept.join(', ')} are kept, because versions that cannot be stored anew need them.`, details: { kept }, nextStep: 'Wait for their providers, restore what can be read with `holdfast get`, or give the rest up with --give-up.' };
  }
  if (failures.length === 0) return undefined;
  const [first] = failures;
  return { sentence: `${failures.length} times a provider could not be given a bundle that it missed (slot ${first?.slot}: ${first?.reason}).`, details: { failures }, nextStep: 'Run it again later; a provider that stays away is replaced.' };
}

import { maxUint256 } from 'viem';
import { propose } from '../agreements.ts';
import { signExtension } from '../extensions.ts';
import { parametersOf } from '../world.ts';
import { market, openSmall, PRICE, refusal, RENT, type Provocations } from './provocation.ts';
/** extend, renew, grow, topUp, takePot, setParameters */
export const renewals: Provocations = {
  NoSuchAgreement: async (world) => refusal([9], () => market(world, 'topUp', [9, 1n])),
  PotShort: async (world) => {
    const { id } = await openSmall(world);
    return refusal([id, 0n, 1n], () => market(world, 'takePot', [id, 1n]));
  },
  RenewalNotAuthorised: async (world) => {
    const { id } = await openSmall(world);
    const perPeriod = 4n * RENT * BigInt(world.epochsPerPeriod);
    await market(world, 'authoriseRenewal', [id, perPeriod - 1n, 3]);
    const consents = await signExtension(world, { agreement: id, newEnd: 3, slots: [0, 1, 2, 3] });
    return refusal([id, perPeriod, perPeriod - 1n, 3, 3], () => market(world, 'renew', [id, 3, consents]));
  },
  AgreementLocked: async (world) => {
    const { id, terms } = await openSmall(world);
    await market(world, 'lock', [id]);
    return refusal([id, terms.endPeriod], () => market(world, 'close', [id]));
  },
  TermsDiffer: async (world) => {
    const { id } = await openSmall(world);
    const { terms, offers } = await propose(world, { price: PRICE, periods: 3 });
    return refusal([id], () => market(world, 'grow', [id, terms, offers, maxUint256]));
  },
  ParameterOutOfBounds: async (world) => {
    const { treasury, manager, evm } = world;
    await evm.send(treasury.address, manager, 'grantRole', [0n, treasury.address, 0]);
    return refusal([2n, 0n, 2n, 168n], () => market(world, 'setParameters', [parametersOf({ ...world.parameters, faultRun: 0 })], treasury.address));
  },
};

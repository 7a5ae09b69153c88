import { BigInt, Bytes } from '@graphprotocol/graph-ts';
import { Parameters, TierRules } from '../../generated/schema';
import { AuthorityUpdated, ParametersChanged } from '../../generated/Market/Market';
import { loadAccount } from '../core/accounts';
import { enter, leave, Moment } from '../core/moment';

const MARKET = 'Market';

export function handleMarketParametersChanged(event: ParametersChanged): void {
  const at = enter(event, MARKET, 'ParametersChanged');
  const p = event.params.parameters;
  const parameters = new Parameters(at.id);
  const s = p.standard;
  const a = p.archival;
  const e = p.edge;
  parameters.standard = rules(at, 'Standard', 1, s.missAllowance, s.penaltyEpochs, s.faultRun, s.slashEpochs, s.answerEpochs);
  parameters.archival = rules(at, 'Archival', 2, a.missAllowance, a.penaltyEpochs, a.faultRun, a.slashEpochs, a.answerEpochs);
  parameters.edge = rules(at, 'Edge', 3, e.missAllowance, e.penaltyEpochs, e.faultRun, e.slashEpochs, e.answerEpochs);
  parameters.bondUnits = p.bondUnits;
  parameters.ackEpochs = p.ackEpochs.toI32();
  parameters.graceEpochs = p.graceEpochs.toI32();
  parameters.healthBps = p.healthBps;
  parameters.healthEpochs = p.healthEpochs;
  parameters.epoch = at.epoch.id;
  parameters.transaction = at.transaction.id;
  parameters.save();
  at.network.parameters = parameters.id;
  at.isHealthStale = true;
  leave(at);
}

/** Another access manager decides about the parameters. */
export function handleMarketAuthorityUpdated(event: AuthorityUpdated): void {
  const at = enter(event, MARKET, 'AuthorityUpdated');
  at.entry.account = loadAccount(event.params.authority).id;
  leave(at);
}

function rules(
  at: Moment, tier: string, part: i32, missAllowance: BigInt, penaltyEpochs: BigInt, faultRun: BigInt, slashEpochs: BigInt, answerEpochs: BigInt,
): Bytes {
  const rule = new TierRules(at.id.concatI32(part));
  rule.tier = tier;
  rule.missAllowance = missAllowance.toI32();
  rule.penaltyEpochs = penaltyEpochs.toI32();
  rule.faultRun = faultRun.toI32();
  rule.slashEpochs = slashEpochs.toI32();
  rule.answerEpochs = answerEpochs.toI32();
  rule.save();
  return rule.id;
}

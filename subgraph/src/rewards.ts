import { Provider, Reward } from '../generated/schema';
import { Rewarded } from '../generated/Rewards/Rewards';
import { loadAccount, recordPayment } from './core/accounts';
import { enter, leave } from './core/moment';

export function handleRewardsRewarded(event: Rewarded): void {
  const at = enter(event, 'Rewards', 'Rewarded');
  const p = event.params;
  const provider = Provider.load(p.id.toString())!;
  provider.rewarded = provider.rewarded.plus(p.amount);
  provider.save();
  const reward = new Reward(at.id);
  reward.provider = provider.id;
  reward.to = p.to;
  reward.amount = p.amount;
  reward.epochNumber = at.number;
  reward.epoch = at.epoch.id;
  reward.timestamp = at.timestamp;
  reward.transaction = at.transaction.id;
  reward.save();
  at.network.rewarded = at.network.rewarded.plus(p.amount);
  recordPayment(at, 0, 'Reward', p.amount, loadAccount(p.to).id, provider.id, null);
  at.entry.node = provider.id;
  at.entry.account = p.to;
  at.entry.amount = p.amount;
  leave(at);
}

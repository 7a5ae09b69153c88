import { BigInt, Bytes, ethereum } from '@graphprotocol/graph-ts';
import { ScheduledChange } from '../generated/schema';
import {
  OperationCanceled, OperationExecuted, OperationScheduled, RoleAdminChanged, RoleGranted, RoleGrantDelayChanged, RoleGuardianChanged, RoleLabel, RoleRevoked,
  TargetAdminDelayUpdated, TargetClosed, TargetFunctionRoleUpdated,
} from '../generated/Manager/Manager';
import { loadAccount } from './core/accounts';
import { enter, leave } from './core/moment';

const MANAGER = 'Manager';

export function handleManagerOperationScheduled(event: OperationScheduled): void {
  const at = enter(event, MANAGER, 'OperationScheduled');
  const p = event.params;
  const change = new ScheduledChange(idOf(p.operationId, p.nonce));
  change.operation = p.operationId;
  change.nonce = p.nonce;
  change.caller = p.caller;
  change.target = p.target;
  change.data = p.data;
  change.scheduledFor = p.schedule;
  change.state = 'Scheduled';
  change.transaction = at.transaction.id;
  change.save();
  at.entry.account = loadAccount(p.caller).id;
  at.entry.subject = p.nonce;
  leave(at);
}

export function handleManagerOperationExecuted(event: OperationExecuted): void {
  end(event, 'OperationExecuted', 'Executed', event.params.operationId, event.params.nonce);
}

export function handleManagerOperationCanceled(event: OperationCanceled): void {
  end(event, 'OperationCanceled', 'Canceled', event.params.operationId, event.params.nonce);
}

function end(event: ethereum.Event, name: string, state: string, operation: Bytes, nonce: BigInt): void {
  const at = enter(event, MANAGER, name);
  const change = ScheduledChange.load(idOf(operation, nonce))!;
  change.state = state;
  change.endedBy = at.transaction.id;
  change.save();
  at.entry.account = loadAccount(change.caller).id;
  at.entry.subject = nonce;
  leave(at);
}

function idOf(operation: Bytes, nonce: BigInt): string {
  return operation.toHexString() + '-' + nonce.toString();
}

/* Who may do what: kept in the log alone. Roles and targets are rare, and the log says all of it. */

export function handleManagerRoleGranted(event: RoleGranted): void {
  log(event, 'RoleGranted', event.params.roleId, event.params.account);
}

export function handleManagerRoleRevoked(event: RoleRevoked): void {
  log(event, 'RoleRevoked', event.params.roleId, event.params.account);
}

export function handleManagerRoleAdminChanged(event: RoleAdminChanged): void {
  log(event, 'RoleAdminChanged', event.params.roleId, null);
}

export function handleManagerRoleGuardianChanged(event: RoleGuardianChanged): void {
  log(event, 'RoleGuardianChanged', event.params.roleId, null);
}

export function handleManagerRoleGrantDelayChanged(event: RoleGrantDelayChanged): void {
  log(event, 'RoleGrantDelayChanged', event.params.roleId, null);
}

export function handleManagerRoleLabel(event: RoleLabel): void {
  log(event, 'RoleLabel', event.params.roleId, null);
}

export function handleManagerTargetClosed(event: TargetClosed): void {
  log(event, 'TargetClosed', null, event.params.target);
}

export function handleManagerTargetFunctionRoleUpdated(event: TargetFunctionRoleUpdated): void {
  log(event, 'TargetFunctionRoleUpdated', event.params.roleId, event.params.target);
}

export function handleManagerTargetAdminDelayUpdated(event: TargetAdminDelayUpdated): void {
  log(event, 'TargetAdminDelayUpdated', null, event.params.target);
}

function log(event: ethereum.Event, name: string, subject: BigInt | null, account: Bytes | null): void {
  const at = enter(event, MANAGER, name);
  at.entry.subject = subject;
  if (account !== null) at.entry.account = loadAccount(account).id;
  leave(at);
}

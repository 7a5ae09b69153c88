import type { Command } from 'commander';
import { verb } from '../common-options.ts';
import type { Example } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';
import type { Role } from '../doctor.ts';

export function doctorCommand(): Command {
  return doctor('creator', 'look for what stands in the way of storing and restoring: machine, key, chain, clock, heavy nodes, coin, disk', [
    ['doctor', 'look at this machine and this home folder'],
    ['doctor --json', 'the same for programs: status, cause and fix of each look'],
  ]);
}

export function providerDoctorCommand(): Command {
  return doctor('provider', 'look for what stands in the way of being paid: ports, reachability, clock, disk, database, chain, gas, stake, space', [
    ['provider doctor', 'before the first start, or when something is wrong'],
  ]);
}

export function heavyDoctorCommand(): Command {
  return doctor('heavy', "look for what stands in a heavy node's way: ports, clock, disk, database, chain, gas", [['heavy doctor', 'before the first start, or when something is wrong']]);
}

function doctor(role: Role, description: string, examples: readonly Example[]): Command {
  return verb('doctor', description, examples).action(async (options: CommonOptions) => {
    const { diagnose } = await import('../doctor.ts');
    const { doctorLines } = await import('../doctor-report.ts');
    const { createOutput } = await import('../output.ts');
    const { EXIT } = await import('../exit-codes.ts');
    const diagnosis = await diagnose(role, options);
    createOutput(options).result(diagnosis, () => doctorLines(diagnosis));
    // What is only to be looked at stops nobody.
    process.exitCode = diagnosis.status === 'fail' ? EXIT.failure : EXIT.ok;
  });
}

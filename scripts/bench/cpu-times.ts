/** Of one process or of several together. */
export interface CpuTimes {
  readonly cpuSeconds: number;
  /** The kernel's part of them: disks, sockets, and memory touched for the first time. */
  readonly systemSeconds: number;
}

/** Of this process, since it began. */
export function cpuTimes(): CpuTimes {
  const { user, system } = process.cpuUsage();
  return { cpuSeconds: (user + system) / 1e6, systemSeconds: system / 1e6 };
}

export function cpuSince(before: CpuTimes, after: CpuTimes): CpuTimes {
  return { cpuSeconds: after.cpuSeconds - before.cpuSeconds, systemSeconds: after.systemSeconds - before.systemSeconds };
}

export function cpuSum(times: readonly CpuTimes[]): CpuTimes {
  return times.reduce((sum, one) => ({ cpuSeconds: sum.cpuSeconds + one.cpuSeconds, systemSeconds: sum.systemSeconds + one.systemSeconds }), { cpuSeconds: 0, systemSeconds: 0 });
}

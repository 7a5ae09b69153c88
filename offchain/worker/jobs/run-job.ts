import type { RequestBody } from '../../wire/http-client.ts';
import type { JobSpec } from '../../wire/jobs.ts';
import { auditJob } from './audit.ts';
import { rebuildJob } from './rebuild.ts';
import type { JobTools } from './tools.ts';
import { treeJob } from './verify-tree.ts';

/** The job's result as it is sent. @throws JobEndedError with what the heavy node is told */
export async function runJob(tools: JobTools, spec: JobSpec): Promise<RequestBody> {
  switch (spec.kind) {
    case 'rebuild':
      return rebuildJob(tools, spec);
    case 'audit':
      return auditJob(tools, spec);
    case 'verify-tree':
      return treeJob(tools, spec);
  }
}

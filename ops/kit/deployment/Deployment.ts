import { readFile } from 'node:fs/promises';
import { z } from 'zod';

const stateSchema = z.object({
  pid: z.number(),
  serverPid: z.number().nullable(),
  standbyPid: z.number().nullable(),
  redisPid: z.number().nullable(),
  sidecarPid: z.number().nullable().default(null),
  /** Stands by while the other one works on tracks. */
  sidecarStandbyPid: z.number().nullable().default(null),
  url: z.string().nullable(),
});

/** The processes that the supervisor reports; null for one that does not run at the moment. */
export type SupervisorState = z.infer<typeof stateSchema>;

/** A supervised Everroom on this machine that a drill may hurt. */
export interface Deployment {
  readonly url: string;
  readonly apiKey: string;
  readonly apiSecret: string;
  readonly redisUrl: string;
  /** `DATA/run/supervisor.json` */
  readonly stateFile: string;
}

export async function supervisorState({ stateFile }: Deployment): Promise<SupervisorState> {
  return stateSchema.parse(JSON.parse(await readFile(stateFile, 'utf8')));
}

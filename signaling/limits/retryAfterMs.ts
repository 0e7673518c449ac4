/** Returns about `ms`, so that the clients that are told do not come back in one instant. `random` in [0, 1). */
export function retryAfterMs(ms: number, random = Math.random()): number {
  return Math.round(ms * (0.5 + random));
}

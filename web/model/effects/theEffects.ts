import { onDemand } from '../onDemand.ts';
import { Effects } from './Effects.ts';

/** Each is loaded when it is first wanted: no page needs them to join. */
export const theEffects = new Effects({
  blur: async (reports) => (await onDemand(() => import('./blur/openBlur.ts'))).openBlur(reports),
  noise: async (reports) => (await onDemand(() => import('./noise/openNoise.ts'))).openNoise(reports),
});

import { t } from '../../i18n/i18n.ts';
import type { StepResult } from '../../model/connectionTest/ConnectionTest.ts';
import { describeMediaProblem, mediaProblemOf } from '../../model/mediaProblem.ts';

/** What is found in steps, in the order in which people read it. */
const FOUND = ['longestGapMs', 'ms', 'rttMs', 'recoveredAfterMs', 'server', 'servers', 'camera', 'microphone'] as const;

/** Returns what a step found, a phrase for each thing. */
export function describeFound({ found }: StepResult): string[] {
  return FOUND.flatMap((name) => {
    const value = found[name];
    return typeof value === 'number' || (typeof value === 'string' && value !== '')
      ? t(`connection:test.found.${name}`, { value })
      : [];
  });
}

/** Says why a step failed and what to do; the error itself is for the report. */
export function describeFailure({ name, error }: StepResult): string {
  if (name !== 'devices') return t(`connection:test.failed.${name}`);
  return `${describeMediaProblem(mediaProblemOf(error), 'both')} ${t('connection:test.failed.devices')}`;
}

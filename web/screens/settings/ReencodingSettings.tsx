import { startTransition, useOptimistic } from 'react';
import { useT } from '../../i18n/i18n.ts';
import type { MeetingActions, MeetingSnapshot, ReencodingPolicy } from '../../model/Meeting.ts';
import { SelectField } from '../../ui/fields.tsx';
import { useNotices } from '../../ui/notices.tsx';
import { reencodingState } from './reencodingState.ts';

const MODES: readonly ReencodingPolicy['mode'][] = ['off', 'auto', 'on'];
const VIEWERS = [5, 10, 20, 50, 100];
const USUAL_VIEWERS = 10;

/** Follows the hand at once, and falls back if the room refuses. */
export function ReencodingSettings({ snapshot, actions }: { snapshot: MeetingSnapshot; actions: MeetingActions }) {
  const t = useT();
  const [policy, show] = useOptimistic(snapshot.reencoding.policy);
  const { attempt } = useNotices();
  const choose = (wanted: ReencodingPolicy) => {
    startTransition(async () => {
      show(wanted);
      await attempt(actions.setReencodingPolicy(wanted));
    });
  };
  const state = reencodingState(snapshot, policy);
  return (
    <section className="panel-section">
      <h3 id="reencoding-title">{t('settings:reencode')}</h3>
      <p className="settings-hint">{t('settings:reencodeHint')}</p>
      <div role="radiogroup" aria-labelledby="reencoding-title" className="choices">
        {MODES.map((mode) => (
          <label key={mode}>
            <input
              type="radio"
              name="reencoding"
              checked={policy.mode === mode}
              onChange={() => choose(mode === 'auto' ? { mode, viewers: USUAL_VIEWERS } : { mode })}
            />
            {t(`settings:mode.${mode}`)}
          </label>
        ))}
      </div>
      {policy.mode === 'auto' && (
        <SelectField
          label={t('settings:begins')}
          value={String(policy.viewers)}
          options={viewersWith(policy.viewers).map((viewers) => ({
            value: String(viewers),
            label: t('settings:viewers', { count: viewers }),
          }))}
          onChange={(viewers) => choose({ mode: 'auto', viewers: Number(viewers) })}
        />
      )}
      <p className={state.isProblem ? 'settings-hint problem' : 'settings-hint'} role="status">
        {state.text}
      </p>
    </section>
  );
}

/** Includes `current`, since a program may have set any number. */
function viewersWith(current: number): number[] {
  return [...new Set([...VIEWERS, current])].sort((a, b) => a - b);
}

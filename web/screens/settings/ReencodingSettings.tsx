import { startTransition, useOptimistic } from 'react';
import type { MeetingActions, MeetingSnapshot, ReencodingPolicy } from '../../model/Meeting.ts';
import { SelectField } from '../../ui/fields.tsx';
import { useNotices } from '../../ui/notices.tsx';
import { reencodingState } from './reencodingState.ts';

const MODES: readonly (readonly [ReencodingPolicy['mode'], string])[] = [
  ['off', 'Off'],
  ['auto', 'Automatic, for many viewers'],
  ['on', 'Every camera and screen'],
];
const VIEWERS = [5, 10, 20, 50, 100];
const USUAL_VIEWERS = 10;

/** Follows the hand at once, and falls back if the room refuses. */
export function ReencodingSettings({ snapshot, actions }: { snapshot: MeetingSnapshot; actions: MeetingActions }) {
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
      <h3 id="reencoding-title">Reencode video</h3>
      <p className="settings-hint">
        The server reencodes video for its viewers: people who come and go no longer disturb the presenter.
      </p>
      <div role="radiogroup" aria-labelledby="reencoding-title" className="choices">
        {MODES.map(([mode, label]) => (
          <label key={mode}>
            <input
              type="radio"
              name="reencoding"
              checked={policy.mode === mode}
              onChange={() => choose(mode === 'auto' ? { mode, viewers: USUAL_VIEWERS } : { mode })}
            />
            {label}
          </label>
        ))}
      </div>
      {policy.mode === 'auto' && (
        <SelectField
          label="Begins with more than"
          value={String(policy.viewers)}
          options={viewersWith(policy.viewers).map((viewers) => ({
            value: String(viewers),
            label: viewers === 1 ? '1 viewer' : `${viewers} viewers`,
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

import { type FormEvent, useState } from 'react';
import { useT } from '../../i18n/i18n.ts';
import type { BreakoutActions, BreakoutPerson, BreakoutsView } from '../../model/breakouts/breakouts.ts';
import { CHAT_LENGTH } from '../../model/Meeting.ts';
import { Button } from '../../ui/Button.tsx';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { TextField } from '../../ui/fields.tsx';
import { useNotices } from '../../ui/notices.tsx';

const PROLONG_MS = 5 * 60_000;

interface OpenBreakoutsProps {
  breakouts: BreakoutsView;
  actions: BreakoutActions;
  isHost: boolean;
}

/** Who is where; hosts move people, visit each room, and end them all. */
export function OpenBreakouts({ breakouts, actions, isHost }: OpenBreakoutsProps) {
  const t = useT();
  const { rooms, waiting, free, assigned, place, moving } = breakouts;
  return (
    <>
      {isHost && <Controls breakouts={breakouts} actions={actions} />}
      {rooms.map(({ id, name, people }) => (
        <section key={id} className={`breakout${id === place ? ' here' : ''}`} aria-label={name}>
          <header>
            <h3>{name}</h3>
            {id === place ? (
              <Button disabled={moving} onClick={() => actions.leave()}>
                {t('breakouts:leave')}
              </Button>
            ) : (
              (free || isHost || assigned === id) && (
                <Button
                  disabled={moving}
                  aria-label={t('breakouts:joinRoom', { room: name })}
                  onClick={() => actions.enter(id)}
                >
                  {t('breakouts:join')}
                </Button>
              )
            )}
          </header>
          <People people={people} roomId={id} breakouts={breakouts} actions={isHost ? actions : null} />
        </section>
      ))}
      {waiting.length > 0 && (
        <section className="breakout" aria-label={t('breakouts:main')}>
          <h3>{t('breakouts:main')}</h3>
          <People people={waiting} roomId={null} breakouts={breakouts} actions={isHost ? actions : null} />
        </section>
      )}
    </>
  );
}

function Controls({ breakouts: { endsAt }, actions }: Pick<OpenBreakoutsProps, 'breakouts' | 'actions'>) {
  const t = useT();
  const { attempt } = useNotices();
  const [text, setText] = useState('');
  const announce = async (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() !== '' && (await attempt(actions.announce(text)))) setText('');
  };
  return (
    <>
      <div className="people-actions">
        {endsAt !== null && (
          <Button onClick={() => void attempt(actions.prolong(PROLONG_MS))}>{t('breakouts:prolong')}</Button>
        )}
        <ConfirmDialog
          title={t('breakouts:endQuestion')}
          text={t('breakouts:endText')}
          confirm={t('breakouts:end')}
          cancel={t('common:cancel')}
          onConfirm={() => void attempt(actions.end())}
        >
          <Button variant="danger">{t('breakouts:end')}</Button>
        </ConfirmDialog>
      </div>
      <form className="breakout-announce" onSubmit={(event) => void announce(event)}>
        <TextField
          label={t('breakouts:announce')}
          value={text}
          maxLength={CHAT_LENGTH}
          onChange={({ target }) => setText(target.value)}
        />
        <Button type="submit" disabled={text.trim() === ''}>
          {t('breakouts:send')}
        </Button>
      </form>
    </>
  );
}

interface PeopleProps {
  people: readonly BreakoutPerson[];
  /** Null for the main room. */
  roomId: string | null;
  breakouts: BreakoutsView;
  /** Null for those who move nobody. */
  actions: BreakoutActions | null;
}

function People({ people, roomId, breakouts, actions }: PeopleProps) {
  const t = useT();
  const { attempt } = useNotices();
  if (people.length === 0) return <p className="settings-hint">{t('breakouts:empty')}</p>;
  return (
    <ul>
      {people.map(({ id, name, inside }) => (
        <li key={id}>
          <span dir="auto">
            {name} {!inside && roomId !== null && <small>{t('breakouts:onTheWay')}</small>}
          </span>
          {actions && (
            <select
              aria-label={t('breakouts:move', { name })}
              value={roomId ?? ''}
              onChange={({ target }) => void attempt(actions.assign(id, target.value === '' ? null : target.value))}
            >
              <option value="">{t('breakouts:main')}</option>
              {breakouts.rooms.map((room) => (
                <option key={room.id} value={room.id}>
                  {room.name}
                </option>
              ))}
            </select>
          )}
        </li>
      ))}
    </ul>
  );
}

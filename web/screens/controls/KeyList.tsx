import { useT } from '../../i18n/i18n.ts';
import { SHORTCUT_HELP } from './shortcuts.ts';
import './KeyList.css';

/** The keys of the meeting, and what each does. */
export function KeyList({ singleKeys }: { singleKeys: boolean }) {
  const t = useT();
  return (
    <dl className="key-list">
      {SHORTCUT_HELP.filter(({ single }) => singleKeys || !single).map(({ keys, what }) => (
        <div key={keys}>
          <dt>
            <kbd>{keys}</kbd>
          </dt>
          <dd>{t(what)}</dd>
        </div>
      ))}
    </dl>
  );
}

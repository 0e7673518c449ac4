import { SwitchField } from '../../ui/fields.tsx';
import { SHORTCUT_HELP } from '../controls/shortcuts.ts';

export function KeySettings({
  singleKeys,
  onChange,
}: {
  singleKeys: boolean;
  onChange: (singleKeys: boolean) => void;
}) {
  return (
    <section className="panel-section keys">
      <h3>Keyboard</h3>
      <SwitchField label="Single-letter keys" checked={singleKeys} onChange={onChange} />
      <dl>
        {SHORTCUT_HELP.filter(([, , single]) => singleKeys || !single).map(([keys, what]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

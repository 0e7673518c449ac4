import { useT } from '../../i18n/i18n.ts';
import { SwitchField } from '../../ui/fields.tsx';
import { KeyList } from '../controls/KeyList.tsx';

export function KeySettings({
  singleKeys,
  onChange,
}: {
  singleKeys: boolean;
  onChange: (singleKeys: boolean) => void;
}) {
  const t = useT();
  return (
    <section className="panel-section keys">
      <h3>{t('settings:keyboard')}</h3>
      <SwitchField label={t('settings:singleKeys')} checked={singleKeys} onChange={onChange} />
      <KeyList singleKeys={singleKeys} />
    </section>
  );
}

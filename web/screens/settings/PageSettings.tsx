import { useState } from 'react';
import { useT } from '../../i18n/i18n.ts';
import { readPreferences } from '../../lib/preferences.ts';
import { chooseTheme } from '../../lib/theme.ts';
import { isTheme, THEMES } from '../../lib/themes.ts';
import { SelectField } from '../../ui/fields.tsx';
import { LanguageField } from '../../ui/LanguageSelect.tsx';

export function PageSettings() {
  const t = useT();
  const [theme, setTheme] = useState(() => readPreferences().theme);
  const choose = (wanted: string) => {
    if (!isTheme(wanted)) return;
    chooseTheme(wanted);
    setTheme(wanted);
  };
  return (
    <section className="panel-section">
      <h3>{t('settings:page')}</h3>
      <LanguageField />
      <SelectField
        label={t('settings:theme')}
        value={theme}
        options={THEMES.map((value) => ({ value, label: t(`settings:themes.${value}`) }))}
        onChange={choose}
      />
    </section>
  );
}

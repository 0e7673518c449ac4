import { Languages } from 'lucide-react';
import { t as textIn, useT } from '../i18n/i18n.ts';
import { isLanguage, LANGUAGES } from '../i18n/languages.ts';
import { chooseLanguage, useLanguage } from '../lib/language.ts';
import { SelectField } from './fields.tsx';
import { useNotices } from './notices.tsx';
import './LanguageSelect.css';

const OPTIONS = Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }));

/** Chooses the page's language among its own names, so that everybody finds theirs in any of them. */
export function LanguageField() {
  const t = useT();
  const [language, choose] = useLanguageChoice();
  return <SelectField label={t('common:language')} value={language} options={OPTIONS} onChange={choose} />;
}

/** The same, small enough for the top of a page. */
export function LanguageSelect() {
  const t = useT();
  const [language, choose] = useLanguageChoice();
  return (
    <label className="language-select">
      <Languages size={18} />
      <select aria-label={t('common:language')} value={language} onChange={(event) => choose(event.target.value)}>
        {OPTIONS.map(({ value, label }) => (
          <option key={value} value={value} lang={value}>
            {label}
          </option>
        ))}
      </select>
    </label>
  );
}

function useLanguageChoice(): [language: string, choose: (wanted: string) => void] {
  const language = useLanguage();
  const { show } = useNotices();
  const choose = (wanted: string) => {
    if (!isLanguage(wanted)) return;
    chooseLanguage(wanted).catch((error: unknown) => {
      console.warn('the language does not load', error);
      show(textIn('errors:UNREACHABLE.title'), textIn('errors:UNREACHABLE.advice'));
    });
  };
  return [language, choose];
}

import { useT } from '../../i18n/i18n.ts';
import './TestLink.css';

/** Leads to the connection test; `apart`: beside a page that must stay. */
export function TestLink({ apart = false }: { apart?: boolean }) {
  const t = useT();
  return (
    <a className="test-link" href="/test" {...(apart && { target: '_blank', rel: 'noopener' })}>
      {t('connection:toTest')}
    </a>
  );
}

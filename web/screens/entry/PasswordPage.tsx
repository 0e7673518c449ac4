import { type FormEvent, useState } from 'react';
import { useT } from '../../i18n/i18n.ts';
import { Button } from '../../ui/Button.tsx';
import { TextField } from '../../ui/fields.tsx';
import { Logo } from '../../ui/Logo.tsx';

interface PasswordPageProps {
  wrong: boolean;
  onPassword: (password: string) => void;
  onBack: () => void;
}

export function PasswordPage({ wrong, onPassword, onBack }: PasswordPageProps) {
  const t = useT();
  const [password, setPassword] = useState('');
  const [touched, setTouched] = useState(false);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    onPassword(password);
  };

  return (
    <main className="message-page">
      <Logo />
      <form className="message-card entry-form" onSubmit={submit}>
        <h1>{t('entry:passwordTitle')}</h1>
        <p>{t('entry:passwordFrom')}</p>
        <TextField
          label={t('entry:password')}
          type="password"
          value={password}
          maxLength={256}
          autoComplete="off"
          autoFocus
          problem={wrong && !touched ? t('entry:passwordWrong') : null}
          onChange={(event) => {
            setPassword(event.target.value);
            setTouched(true);
          }}
        />
        <div className="message-actions">
          <Button type="submit" variant="primary" disabled={password === ''}>
            {t('common:join')}
          </Button>
          <Button variant="quiet" onClick={onBack}>
            {t('common:back')}
          </Button>
        </div>
      </form>
    </main>
  );
}

import { Logo } from '../../ui/Logo.tsx';
import './WaitPage.css';

export function WaitPage({ text }: { text: string }) {
  return (
    <main className="wait-page" aria-busy="true">
      <Logo />
      <p role="status">
        <span className="spinner" aria-hidden="true" />
        {text}
      </p>
    </main>
  );
}

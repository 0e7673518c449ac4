import { useT } from '../../i18n/i18n.ts';
import type { ChatLine } from '../../model/Meeting.ts';

export function messageElementId(messageId: string): string {
  return `message-${messageId}`;
}

/** The message that another one answers, in short: leads to it. */
export function Quote({ quote }: { quote: NonNullable<ChatLine['quote']> }) {
  const t = useT();
  if (quote.text === '') return <p className="chat-quote">{t('chat:quoteGone')}</p>;
  return (
    <button type="button" className="chat-quote" onClick={() => showMessage(quote.id)}>
      <bdi>{quote.name}</bdi>
      <span dir="auto">{quote.text}</span>
    </button>
  );
}

function showMessage(messageId: string): void {
  const element = document.getElementById(messageElementId(messageId));
  element?.scrollIntoView({ block: 'center' });
  element?.focus({ preventScroll: true });
}

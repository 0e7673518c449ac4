import type { ChatLine } from '../../model/Meeting.ts';

/** Messages of one author in a row, under one name and time. */
export interface MessageGroup {
  /** The first message's id. */
  readonly key: string;
  readonly authorId: string;
  readonly name: string;
  readonly at: number;
  readonly own: boolean;
  /** Whom these private messages are for. */
  readonly to: ChatLine['to'];
  /** Whether a new day begins with this group. */
  readonly newDay: boolean;
  readonly lines: readonly ChatLine[];
}

const SAME_GROUP_MS = 5 * 60_000;

export function groupMessages(lines: readonly ChatLine[]): MessageGroup[] {
  const groups: (MessageGroup & { lines: ChatLine[] })[] = [];
  let previous: ChatLine | undefined;
  for (const line of lines) {
    const last = groups.at(-1);
    const newDay = previous !== undefined && dayOf(previous.at) !== dayOf(line.at);
    const isSame = last?.authorId === line.authorId && last.to?.id === line.to?.id;
    if (last && previous && !newDay && isSame && line.at - previous.at < SAME_GROUP_MS) {
      last.lines.push(line);
    } else {
      const { id, authorId, name, at, own, to } = line;
      groups.push({ key: id, authorId, name, at, own, to, newDay, lines: [line] });
    }
    previous = line;
  }
  return groups;
}

function dayOf(at: number): string {
  return new Date(at).toDateString();
}

import { t } from '../../../i18n/i18n.ts';

const FAMILIES = ['image', 'audio', 'video', 'text'] as const;

/** Types whose names in a list of media types tell people nothing. */
const NAMES: Readonly<Record<string, string>> = {
  'application/msword': 'DOC',
  'application/vnd.ms-excel': 'XLS',
  'application/vnd.ms-powerpoint': 'PPT',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'DOCX',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'XLSX',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': 'PPTX',
  'application/vnd.oasis.opendocument.text': 'ODT',
  'application/vnd.oasis.opendocument.spreadsheet': 'ODS',
  'application/vnd.oasis.opendocument.presentation': 'ODP',
  'audio/mpeg': 'MP3',
  'video/quicktime': 'MOV',
};

/** Returns what the server takes, in words such as "images, PDF, DOCX"; null if it takes everything. */
export function namesOfTypes(types: readonly string[]): string | null {
  if (types.includes('*/*')) return null;
  return [...new Set(types.map(nameOf))].join(', ');
}

function nameOf(type: string): string {
  const [family = '', kind = ''] = type.split('/');
  const known = FAMILIES.find((each) => each === family);
  // The server calls everything text that it can read and does not know.
  if (known !== undefined && (kind === '*' || type === 'text/plain')) return t(`files:types.${known}`);
  if (kind === '*') return type;
  return NAMES[type] ?? kind.replace(/^x-/, '').replace(/\+.*$/, '').toUpperCase();
}

/**
 * Returns what the chooser of the browser offers (`accept`); undefined for everything. It goes by the ending of a name
 * and the server by the content: what the server takes for text, or does not know, has many endings.
 */
export function acceptOf(types: readonly string[]): string | undefined {
  if (types.includes('*/*') || types.includes('application/octet-stream')) return undefined;
  const isTextTaken = types.some((type) => type === 'text/plain' || type === 'text/*');
  return [...new Set([...types, ...(isTextTaken ? ['text/*', 'application/json'] : [])])].join(',');
}

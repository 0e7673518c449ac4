export type Quality = 'good' | 'fair' | 'poor';

/** Returns one of three steps for what the server measured (0 to 3); null while nobody has measured. */
export function qualityOf(measured: number | null): Quality | null {
  if (measured === null) return null;
  return measured >= 3 ? 'good' : measured === 2 ? 'fair' : 'poor';
}

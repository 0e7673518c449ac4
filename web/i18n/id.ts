/** One module, so that one request brings the whole language. */
export const texts = import.meta.glob('./id/*.json', { eager: true, import: 'default' });

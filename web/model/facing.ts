export { facingOf, facingOfLabel } from '../../client/index.ts';

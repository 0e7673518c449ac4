import { screensOn } from './screensOn.ts';

screensOn('phone', 'sideways');

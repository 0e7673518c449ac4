import { expect, it } from 'vitest';
import { acceptOf, namesOfTypes } from './fileTypes.ts';

it('the types of files that a server takes are named in words, each once', () => {
  const docx = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
  const types = ['image/*', 'application/pdf', docx, 'text/plain', 'text/*', 'image/svg+xml', 'application/x-tar'];
  expect(namesOfTypes(types)).toBe('pictures, PDF, DOCX, text, SVG, TAR');
  expect(namesOfTypes(['font/*'])).toBe('font/*');
});

it('where all types of files are taken, none is named and the chooser offers everything', () => {
  expect(namesOfTypes(['image/*', '*/*'])).toBeNull();
  expect(acceptOf(['image/*', '*/*'])).toBeUndefined();
});

it('the chooser offers what the server takes, text under all its endings, and everything where unknown types are taken', () => {
  expect(acceptOf(['image/*', 'application/pdf'])).toBe('image/*,application/pdf');
  expect(acceptOf(['text/plain'])).toBe('text/plain,text/*,application/json');
  expect(acceptOf(['text/*'])).toBe('text/*,application/json');
  expect(acceptOf(['image/*', 'application/octet-stream'])).toBeUndefined();
});

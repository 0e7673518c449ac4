/** This page, as far as loading it again goes. */
export const thisPage = {
  isHidden: () => document.hidden,
  hasUnsentInput: () => [...document.querySelectorAll('textarea')].some(({ value }) => value.trim() !== ''),
  reload: () => location.reload(),
  get storage() {
    return sessionStorage;
  },
};

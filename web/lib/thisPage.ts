/** What a reload needs to know about this page, and the reload itself. */
export const thisPage = {
  isHidden: () => document.hidden,
  hasUnsentInput: () => [...document.querySelectorAll('textarea')].some(({ value }) => value.trim() !== ''),
  reload: () => location.reload(),
  get storage() {
    return sessionStorage;
  },
};

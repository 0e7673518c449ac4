/** Addresses that the page itself handles. */
const PAGE_ADDRESSES = /^\/(r\/[^/?#]+\/?|test|sign-in\/failed)?$/;
/** Browsers read more than a path from these. */
const ODD = /[\\\p{C}\s]/u;

export function isPageAddress(path: string): boolean {
  return PAGE_ADDRESSES.test(path);
}

/** Returns the path if it is an address of the page, else that of the first page: nobody is sent to another site. */
export function toReturnPath(path: string | null): string {
  return path !== null && path.length <= 512 && isPageAddress(path) && !ODD.test(path) ? path : '/';
}

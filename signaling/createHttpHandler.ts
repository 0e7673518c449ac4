import type { Logger } from '../core/ports.ts';
import type { FileDesk } from './files/FileDesk.ts';
import type { HttpHandler, HttpReply, HttpRequest } from './http/http.ts';
import { isPageAddress } from './http/pageAddresses.ts';
import type { StaticFiles } from './http/StaticFiles.ts';
import { securityHeaders } from './http/securityHeaders.ts';
import { INTERNAL } from './requests/WireRefusal.ts';
import type { Api } from './rest/Api.ts';
import { errorReply } from './rest/errorReply.ts';
import type { SignInDesk } from './signin/SignInDesk.ts';

const PAGE = '/index.html';

interface HttpHandlerParts {
  readonly api: Api;
  /** What people share; null for nothing. */
  readonly desk: FileDesk | null;
  /** Null where nobody can sign in. */
  readonly signIn: SignInDesk | null;
  readonly files: StaticFiles;
  /** Whether the address of this request may read a file now. */
  readonly mayRead: (request: HttpRequest) => boolean;
  readonly publicUrl: string;
  /** Origins whose pages may show the page in a frame. */
  readonly frameAncestors: readonly string[];
  readonly logger: Logger;
}

/** Serves the API first, then the files of the page; every reply carries the security headers. */
export function createHttpHandler({
  api,
  desk,
  signIn,
  files,
  mayRead,
  publicUrl,
  frameAncestors,
  logger,
}: HttpHandlerParts): HttpHandler {
  const security = securityHeaders(publicUrl, frameAncestors);

  async function reply(request: HttpRequest): Promise<HttpReply> {
    const fromApi = await api.reply(request);
    if (fromApi) return fromApi;
    const shared = await desk?.reply(request);
    if (shared) return shared;
    const signing = await signIn?.reply(request);
    if (signing) return signing;
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return {
        status: 405,
        headers: { allow: 'GET, HEAD', 'content-type': 'text/plain' },
        body: 'Method not allowed.\n',
      };
    }
    if (!mayRead(request)) {
      return errorReply({ code: 'TOO_MANY_REQUESTS', message: 'Too many requests from your network. Wait a moment.' });
    }
    const path = isPageAddress(request.path) ? PAGE : request.path;
    const file = await files.reply(request, path);
    if (file) return file;
    const body = path === PAGE ? 'The page has not been built yet: run npm start.\n' : 'There is nothing here.\n';
    return { status: 404, headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' }, body };
  }

  return async (request) => {
    let result: HttpReply;
    try {
      result = await reply(request);
    } catch (error) {
      logger.error({ err: error, method: request.method }, 'an HTTP request failed');
      result = errorReply(INTERNAL);
    }
    return { ...result, headers: { ...security, ...result.headers } };
  };
}

/** Headers that every answer carries. Routes that serve something else than data (the web app) replace what they need to. */

export type SecurityHeaders = Readonly<Record<string, string>>;

const yearSeconds = 31_536_000;

/**
 * @param publicUrl - where the service is reached; https makes browsers stay with it.
 */
export function securityHeaders(publicUrl: string | undefined): SecurityHeaders {
  const headers = {
    // Answers are data: nothing in them runs, is framed, guessed at, or kept by a cache.
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-store',
  };
  if (publicUrl?.startsWith('https:') !== true) return headers;
  return { ...headers, 'strict-transport-security': `max-age=${yearSeconds}` };
}

/** For answers that pages of other origins may use. */
export const crossOriginHeaders: SecurityHeaders = { 'cross-origin-resource-policy': 'cross-origin' };

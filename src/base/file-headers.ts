/** Of an answer with somebody's file: nothing of it is run, shown inside a page or kept by the browser. */
export const fileHeaders = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; sandbox",
} as const

/** What examples/hello is compared with: a worker in plain JavaScript that gives the same answers and logs the same lines. */

const HEADERS = Object.freeze({
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "strict-origin-when-cross-origin",
  "cross-origin-opener-policy": "same-origin",
  "strict-transport-security": "max-age=31536000",
  "content-security-policy":
    "default-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
});

export default {
  /** @param {Request} request */
  async fetch(request) {
    const { pathname } = new URL(request.url);
    const value = pathname === "/api/json" ? await request.json() : { status: "ok" };
    console.info(`[info] ${crypto.randomUUID()} ${request.method} ${pathname} 200`);
    return Response.json(value, { headers: HEADERS });
  },
};

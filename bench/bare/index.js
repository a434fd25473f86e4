/** The worker that examples/hello is compared with: the least that answers the same requests in plain JavaScript. */

export default {
  /** @param {Request} request */
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === "/api/json") return Response.json(await request.json());
    return Response.json({ status: "ok" });
  },
};

/** What ../bindings is compared with: the same calls, one after the other, in plain JavaScript. */

/** @type {Record<string, (env: any) => Promise<unknown>>} */
const CALLS = {
  "kv-get": (env) => env.CACHE.get("key"),
  "kv-put": (env) => env.CACHE.put("written", "value"),
  "d1-query": (env) => env.DB.prepare("SELECT id, title FROM items WHERE id = ?").bind(1).first(),
  "d1-exec": (env) => env.DB.prepare("UPDATE items SET count = count + 1 WHERE id = ?").bind(2).run(),
};

export default {
  /** @param {Request} request @param {any} env */
  async fetch(request, env) {
    const [, name = "", calls] = new URL(request.url).pathname.split("/");
    const results = [];
    for (let i = 0; i < Number(calls); i++) results.push(await CALLS[name]?.(env));
    return new Response(String(results.length));
  },
};

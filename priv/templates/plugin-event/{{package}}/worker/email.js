/**
 * Kind "email": `lib/elixir_workers/{{snake}}.ex` is the other end.
 *
 *     payload  {from, to, subject, raw}
 *     answer   nil | ["forward", address] | ["reject", reason]
 */

const UTF8 = new TextDecoder();

export default {
  async read(message) {
    const raw = new Uint8Array(await new Response(message.raw).arrayBuffer());
    const subject = message.headers.get("subject") ?? "";
    return { source: message.to, payload: { from: message.from, to: message.to, subject, raw } };
  },

  async settle(message, answer) {
    if (answer === null) return;
    const [what, text] = answer.map((each) => UTF8.decode(each));
    if (what === "forward") await message.forward(text);
    else message.setReject(text);
  },
};

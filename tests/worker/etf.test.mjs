import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { Atom, decode, encode, EtfError, Float, Tuple, TupleReader, viewOf } from "../../priv/worker/etf.js";
import { utf8Text } from "../../priv/worker/utf8.js";

const bytes = (/** @type {number[]} */ ...values) => Uint8Array.from(values);
const utf8 = (/** @type {string} */ text) => new TextEncoder().encode(text);

/** A term in JavaScript, and the same in Erlang's syntax. */
const SAME = /** @type {[import("../../priv/worker/etf.js").Term, string][]} */ ([
  [0, "0"],
  [255, "255"],
  [256, "256"],
  [-1, "-1"],
  [2 ** 31 - 1, "2147483647"],
  [2 ** 31, "2147483648"],
  [-(2 ** 31), "-2147483648"],
  [-(2 ** 31) - 1, "-2147483649"],
  [Number.MAX_SAFE_INTEGER, "9007199254740991"],
  [2n ** 53n, "9007199254740992"],
  [-(2n ** 64n), "-18446744073709551616"],
  [2n ** 2048n + 5n, "(1 bsl 2048) + 5"],
  [1.5, "1.5"],
  [-2.25e-300, "-2.25e-300"],
  [new Float(3), "3.0"],
  [true, "true"],
  [false, "false"],
  [null, "nil"],
  [new Atom("ok"), "ok"],
  [new Atom("größe €"), "'größe €'"],
  [new Atom("€".repeat(255)), "list_to_atom(lists:duplicate(255, 8364))"],
  [utf8(""), "<<>>"],
  [bytes(0, 255, 10), "<<0, 255, 10>>"],
  [[], "[]"],
  [[utf8("a"), 1000, [new Atom("b")]], '[<<"a">>, 1000, [b]]'],
  [new Tuple([]), "{}"],
  [new Tuple([new Atom("error"), utf8("x")]), '{error, <<"x">>}'],
  [new Tuple(Array(300).fill(1000)), "list_to_tuple(lists:duplicate(300, 1000))"],
  [new Map([[utf8("key"), 1000]]), '#{<<"key">> => 1000}'],
  [new Map(), "#{}"],
]);

test("encodes what erl encodes, and decodes it back", () => {
  const expressions = SAME.map(([, erlang]) => `term_to_binary(${erlang}, [{minor_version, 2}])`).join(", ");
  // minor_version 2, the default since OTP 26: atoms in UTF-8. +pc unicode: the shell reads the atoms of its arguments as Unicode.
  const program = `[io:put_chars([binary:encode_hex(B), 10]) || B <- [${expressions}]], halt().`;
  const lines = execFileSync("erl", ["+pc", "unicode", "-noshell", "-eval", program], {
    encoding: "utf8",
    env: { ...process.env, LC_ALL: "C.UTF-8" },
  }).trim().split("\n");
  assert.equal(lines.length, SAME.length);
  for (const [index, [term, erlang]] of SAME.entries()) {
    const expected = Uint8Array.from(Buffer.from(lines[index] ?? "", "hex"));
    const again = encode(decode(expected));
    assert.deepEqual(decode(expected), term instanceof Float ? term.value : term, erlang);
    if (!(term instanceof Float)) assert.deepEqual(decode(again), term, erlang);
    assert.equal(hex(encode(term)), hex(expected), erlang);
  }
});

test("erl reads what is encoded here", () => {
  const terms = SAME.map(([term]) => `<<16#${hex(encode(term))}:${encode(term).length * 8}>>`).join(", ");
  const expected = SAME.map(([, erlang]) => erlang).join(", ");
  const program = `io:format("~p", [[binary_to_term(B) || B <- [${terms}]] =:= [${expected}]]), halt().`;
  const printed = execFileSync("erl", ["+pc", "unicode", "-noshell", "-eval", program], {
    encoding: "utf8",
    env: { ...process.env, LC_ALL: "C.UTF-8" },
  });
  assert.equal(printed, "true");
});

test("text, plain objects and ArrayBuffers are shorthand", () => {
  assert.deepEqual(decode(encode("é€😀")), utf8("é€😀"));
  assert.deepEqual(decode(encode({ a: 1, b: undefined, c: null })), new Map([[utf8("a"), 1], [utf8("c"), null]].map(
    ([key, value]) => /** @type {[any, any]} */ ([key, value]))));
  assert.deepEqual(decode(encode(/** @type {any} */ (bytes(1, 2).buffer))), bytes(1, 2));
});

test("grows with what is written", () => {
  const long = "x".repeat(100_000);
  assert.equal(/** @type {Uint8Array} */ (decode(encode(long))).length, 100_000);
  assert.deepEqual(decode(encode([long, long])), [utf8(long), utf8(long)]);
});

test("old forms that other writers use", () => {
  assert.deepEqual(decode(bytes(131, 107, 0, 3, 1, 2, 3)), [1, 2, 3]); // STRING_EXT
  assert.deepEqual(decode(bytes(131, 100, 0, 2, 111, 107)), new Atom("ok")); // ATOM_EXT
  assert.deepEqual(decode(bytes(131, 115, 1, 0xe9)), new Atom("é")); // SMALL_ATOM_EXT
  const text = utf8("1.50000000000000000000e+00");
  assert.equal(decode(bytes(131, 99, ...text, ...Array(31 - text.length).fill(0))), 1.5); // FLOAT_EXT
  assert.equal(decode(bytes(131, 110, 0, 0)), 0); // a big integer of no digits
});

test("texts of every length and alphabet, ASCII or not at any place", () => {
  for (const length of [0, 1, 31, 32, 33, 100]) {
    const ascii = "abcdefghij".repeat(10).slice(0, length);
    for (const text of [ascii, `${ascii}é`, `\ufeff${ascii}`, `${ascii.slice(1)}😀${ascii}`]) {
      assert.equal(utf8Text(utf8(`<${text}>`), 1, 1 + utf8(text).length), text);
    }
  }
  assert.throws(() => utf8Text(bytes(97, 0xff), 0, 2), TypeError);
  assert.throws(() => utf8Text(bytes(97, 0xc3, 0xa9), 0, 2), TypeError);
});

test("an element of a tuple is read where it is, and offsets count from its start", () => {
  const records = bytes(9, 9, 9, ...encode(new Tuple(["KV", [1, 2]])), 9);
  const reader = new TupleReader(records, viewOf(records), 3, records.length - 1);
  assert.deepEqual([reader.size(), reader.text("a name"), reader.last()], [2, "KV", [1, 2]]);
  const cut = new TupleReader(records, viewOf(records), 3, 12);
  assert.equal(cut.size(), 2);
  assert.throws(() => cut.text("a name"), /offset 8: 2 bytes wanted, 1 left/);
});

test("a decoded binary does not share memory with its source", () => {
  const source = encode(bytes(1, 2, 3));
  const decoded = /** @type {Uint8Array} */ (decode(source));
  source.fill(0);
  assert.deepEqual(decoded, bytes(1, 2, 3));
});

for (const [name, input, message] of /** @type {[string, Uint8Array, RegExp][]} */ ([
  ["nothing", bytes(), /offset 0: 1 bytes wanted, 0 left/],
  ["another version", bytes(130, 97, 1), /offset 0: version 130/],
  ["a cut-off binary", bytes(131, 109, 0, 0, 0, 5, 1), /offset 6: 5 bytes wanted, 1 left/],
  ["a list that lies about its length", bytes(131, 108, 255, 255, 255, 255, 97), /4294967295 bytes wanted/],
  ["a map that lies about its size", bytes(131, 116, 255, 255, 255, 255, 97, 1), /bytes wanted/],
  ["an improper list", bytes(131, 108, 0, 0, 0, 1, 97, 1, 97, 2), /offset 8: an improper list/],
  ["bytes behind the term", bytes(131, 97, 1, 0), /offset 3: 1 bytes after the term/],
  ["a pid", bytes(131, 88, 0), /offset 1: tag 88/],
  ["an atom that is not UTF-8", bytes(131, 119, 1, 0xff), /offset 3: an atom that is not UTF-8/],
  ["a float that is none", bytes(131, 99, ...Array(31).fill(120)), /is not a float/],
  ["a thousand levels", bytes(131, ...Array(1000).fill([104, 1]).flat(), 106), /nested deeper than 256/],
])) {
  test(`refuses to decode ${name}`, () => {
    assert.throws(() => decode(input), (error) => error instanceof EtfError && message.test(error.message));
  });
}

test("refuses every prefix of a term", () => {
  const whole = encode(new Map([[utf8("k"), [1, 2.5, 2n ** 70n, new Tuple([new Atom("a"), null])]]]));
  for (let length = 0; length < whole.length; length++) assert.throws(() => decode(whole.subarray(0, length)), EtfError);
});

for (const [name, term, message] of /** @type {[string, any, RegExp][]} */ ([
  ["undefined", undefined, /undefined has no external form/],
  ["a function in a list", [() => 1], /function has no external form/],
  ["NaN", Number.NaN, /NaN has no external form/],
  ["an object of a class", new Date(0), /class Date/],
  ["an atom of 256 characters", new Atom("x".repeat(256)), /more than 255 characters/],
  ["a circle", circle(), /nested deeper/],
])) {
  test(`refuses to encode ${name}`, () => {
    assert.throws(() => encode(term), (error) => error instanceof EtfError && message.test(error.message));
  });
}

function circle() {
  /** @type {any[]} */
  const list = [];
  list.push(list);
  return list;
}

/** @param {Uint8Array} value */
function hex(value) {
  return Buffer.from(value).toString("hex");
}

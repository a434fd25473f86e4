from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from hatch_elixir_workers import cache, javascript
from hatch_elixir_workers.javascript import stripped, stripped_once

REPOSITORY = Path(__file__).resolve().parents[2]
MODULES = sorted(
    [*(REPOSITORY / "priv" / "worker").rglob("*.js"), *(REPOSITORY / "plugins").glob("*/*/worker/**/*.js")]
)
NODE = Path(sys.executable).parent / "node"

# Each line says something else when a space, an end of a line or a comment is taken for something that it is not.
TRICKY = r"""
// a comment; then what only looks like one
let a = 4, b = 2, g = 1, s = "/* no */  // no", t = `  ${ `in  ${ a /* yes */ }` }  // no`, r = /[/*]  "\/\/ `/gi;
const out = [s, t, String(r), a /b/ g, a++ / 2, /=  '/.test("=  '"), a + +b, a - -b, a - --b];
let n = a
++n
out.push(n, 1 .toString(), 1.5.toFixed(), 0x1F .toString(), a ?.5:1, a < ! --b)
const f = () => { return /* c
*/ a }
const h = () => { return (
  a) }
out.push(f(), h(), typeof a, void 0, "x" in { x: 1 }, /x/g instanceof RegExp, /x/ instanceof RegExp)
class C { static #p = 1; static get q() { return C.#p } static async *g() { yield* [1] }
  static has(o) { return #p in o } }
out.push(C.q, C.has(C), C?.q, a ?? b, a ** b, a >> 1 >>> 1, 1_000, 12n)
label: for (const x of [1, 2]) { if (x > 1) break label; continue label }
const \u0061bc = 1, ünder = 2, $ = 3
out.push(abc, ünder, $, `a
  b`, "a\
  b")
if (a) ; else out.push("never")
do out.push("once"); while (false) out.push("after")
/* one */ /* two
*/ out.push("end") // last
console.log(JSON.stringify(out, (_, v) => typeof v === "bigint" ? `${v}n` : v))
"""


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("  const a = 1; // one\n\n\n  f ( a );\n", "const a=1;\nf(a);\n"),
        ("/** about */\nexport default { a : [ 1 , 2 ] };\n", "export default{a:[1,2]};\n"),
        ("return_ /* a */ = 1", "return_=1\n"),
        ("f(a /* one\n two */ + b)", "f(a\n+b)\n"),
        ("a + ++b; a - -b; a / /b/.c; /b/ in c; 1 .d", "a+ ++b;a- -b;a/ /b/.c;/b/ in c;1 .d\n"),
        ("`a  ${ b  +  c }  d`", "`a  ${ b  +  c }  d`\n"),
        ("/*! (c) */ a  =  1\n// @license x\nb", "/*! (c) */ a=1\n// @license x\nb\n"),
        ("", "\n"),
    ],
)
def test_stripped(source: str, expected: str) -> None:
    assert stripped(source.encode()).decode() == expected


@pytest.mark.parametrize("source", [b"const a = ;  // what", b"a = `  ${ `", b"f ( \xff )"])
def test_what_cannot_be_read_is_left_as_it_is(source: bytes) -> None:
    assert stripped(source) == source


def test_what_would_be_read_differently_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(javascript, "_separator", lambda *_: b"")
    assert stripped(b"const  a = 1") == b"const  a = 1"


def test_the_same_program(tmp_path: Path) -> None:
    printed = []
    for name, source in (("a.mjs", TRICKY.encode()), ("b.mjs", stripped(TRICKY.encode()))):
        (tmp_path / name).write_bytes(source)
        printed.append(subprocess.run([NODE, tmp_path / name], capture_output=True, text=True, check=True).stdout)
    assert stripped(TRICKY.encode()) != TRICKY.encode()
    assert printed[0] == printed[1] != ""


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.relative_to(REPOSITORY).as_posix())
def test_every_module_of_ours_is_read(module: Path) -> None:
    source = module.read_bytes()
    out = stripped(source)
    assert len(out) < len(source)
    assert b"\n " not in out
    assert stripped(out) == out


def test_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(cache.CACHE_VARIABLE, str(tmp_path))
    assert stripped_once(b"a  =  1") == b"a=1\n"
    monkeypatch.setattr(javascript, "stripped", lambda _source: pytest.fail("a second time"))
    assert stripped_once(b"a  =  1") == b"a=1\n"

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "vm"))
sort_maps = importlib.import_module("maps_text").sort_maps


@pytest.mark.parametrize(
    ("printed", "sorted_"),
    [
        ("#{c=>0,a=>1}\n", "#{a=>1, c=>0}\n"),
        ('%{name: "Bob",\n  langs: [:en, :de]}', '%{langs: [:en, :de], name: "Bob"}'),
        ('#{b=>"},{",a=>[1,{2,#{z=>1,y=>2}}]}', '#{a=>[1,{2,#{y=>2, z=>1}}], b=>"},{"}'),
        ("%Foo.Bar{b: 1, a: <<1, 2>>}", "%Foo.Bar{a: <<1, 2>>, b: 1}"),
        ("#{}", "#{}"),
        ("{b,a} [b,a] it's", "{b,a} [b,a] it's"),
        ("#{a=>1, no end", "#{a=>1, no end"),
        ("'#{b=>1,a=>2}'", "'#{b=>1,a=>2}'"),
    ],
)
def test_pairs_are_sorted_and_nothing_else(printed: str, sorted_: str) -> None:
    assert sort_maps(printed) == sorted_

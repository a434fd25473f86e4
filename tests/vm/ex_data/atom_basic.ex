# Atoms: inspect forms and conversions.
defmodule Oracle.AtomBasic do
  def start do
    IO.inspect([:a, :"with space", :"Upper", nil, true, Elixir.Foo, Foo.Bar, :+, :foo?, :bar!, :"9x", :{}, :é])
    IO.inspect(Atom.to_string(:abc))
    IO.inspect(Atom.to_string(String))
    IO.inspect(String.to_atom("made"))
    IO.inspect(Module.concat(["Foo", "Bar"]))
    IO.inspect(Module.split(Foo.Bar.Baz))
    IO.inspect(is_atom(nil))
    IO.inspect("a b": 1, c: 2)
  end
end

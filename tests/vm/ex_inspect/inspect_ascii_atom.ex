# Atoms without a character beyond ASCII: a bundle has neither normal forms nor scripts for them.
defmodule Oracle.InspectAsciiAtom do
  @plain [:a, :a1, :_a, :__a__, :A, :a?, :a!, :a@b, :a@, :Ab, :aB_9, nil, true, false]
  @quoted [:"", :"1", :"1a", :"a b", :"a?b", :"a!?", :"?", :"!", :"a-b", :"a\n", :"\"", :"@", :"a@!", :"\t", :"\0", :"~"]
  @operators [:+, :-, :++, :==, :=~, :|>, :<>, :.., :"..//", :!, :&, :@, :^, :{}, :%{}, :%, :<<>>, :in, :and, :->, :"::"]
  @modules [Elixir, Oracle.InspectAsciiAtom, :"Elixir.a", :"Elixir.A.b", :"Elixir.1", :Elixir_, String.Chars]

  def start do
    for atom <- @plain ++ @quoted ++ @operators ++ @modules do
      IO.inspect({atom, [{atom, 1}], %{atom => 2}})
    end

    IO.inspect(&Kernel."+"/2)
    IO.inspect(%{"a b": [*: 1], a?: :"b c"})
    :ok
  end
end

defmodule Oracle.InspectForeignAtom do
  # Only this makes the walk keep what such atoms need: nothing here makes atoms of text.
  @atoms [:größe, :Größe, :"größe vor", :"nai\u0308ve", :日本, :ångström?, :"🙂", :"e\u0301", :"х", :а_б]

  def start do
    for atom <- @atoms do
      IO.puts(inspect(atom))
      IO.puts(inspect([{atom, atom}]))
      IO.puts(inspect(%{atom => 1}))
    end

    IO.puts(inspect({:größe, :"Elixir.Größe"}))
  end
end

# elixir consolidate.exs OUT_DIR EBIN...
# Writes the consolidated .beam of every protocol in these folders, with the implementations found in them.
[out | ebins] = System.argv()
Enum.each(ebins, &Code.append_path/1)
paths = Enum.map(ebins, &String.to_charlist/1)

for protocol <- paths |> Protocol.extract_protocols() |> Enum.sort() do
  implementations = protocol |> Protocol.extract_impls(paths) |> Enum.sort()
  {:ok, beam} = Protocol.consolidate(protocol, implementations)
  File.write!(Path.join(out, "#{protocol}.beam"), beam)
end

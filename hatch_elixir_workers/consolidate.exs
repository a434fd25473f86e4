# elixir consolidate.exs OUT_DIR ELIXIR_EBIN OWN_EBIN
# Writes the consolidated .beam of every protocol in these folders, with the implementations found in them. What the second
# folder holds, protocols and implementations only, is asked for by calls: attributes may have been stripped from it. A
# protocol without debug information cannot be consolidated: it is left out, or stays as it is when it has been already.
[out, elixir, own] = System.argv()
Enum.each([elixir, own], &Code.append_path/1)
paths = [String.to_charlist(elixir)]

own_modules =
  for file <- own |> File.ls!() |> Enum.sort(), do: String.to_atom(Path.rootname(file, ".beam"))

{own_protocols, own_implementations} =
  Enum.split_with(own_modules, &(Code.ensure_loaded!(&1) && function_exported?(&1, :__protocol__, 1)))

consolidate = fn protocol ->
  found = Protocol.extract_impls(protocol, paths)
  of_own = for each <- own_implementations, each.__impl__(:protocol) == protocol, do: each.__impl__(:for)

  {^protocol, beam, _} = :code.get_object_code(protocol)

  consolidated =
    case :beam_lib.chunks(beam, [:debug_info]) do
      {:ok, {_, debug_info: {:debug_info_v1, _, {:elixir_v1, _, _}}}} ->
        {:ok, made} = Protocol.consolidate(protocol, Enum.sort(found ++ of_own))
        made

      _ ->
        if Protocol.consolidated?(protocol), do: beam
    end

  if consolidated, do: File.write!(Path.join(out, "#{protocol}.beam"), consolidated)
end

(Protocol.extract_protocols(paths) ++ own_protocols) |> Enum.uniq() |> Enum.sort() |> Enum.each(consolidate)

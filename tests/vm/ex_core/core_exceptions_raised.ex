defmodule Oracle.ExceptionsRaised do
  # Every exception of Elixir, raised by the code that raises it in practice: its message, bare and after Exception.blame.
  defmodule Point do
    defstruct [:x, :y]
  end

  defmodule Behaving do
    def known(:a), do: :ok
    def known(:b), do: :ok
    def with_default(x, y \\ 1) when is_integer(x), do: x + y
  end

  def start do
    for {name, raiser} <- raisers(), do: show(name, raiser)
  end

  defp show(name, raiser) do
    raiser.(opaque(nil))
    IO.puts("#{name}: nothing was raised")
  catch
    kind, reason ->
      stack = __STACKTRACE__
      IO.puts("#{name}: " <> banner(kind, reason, stack))
      blamed = blame(kind, reason, stack)
      if blamed != reason, do: IO.puts("  " <> banner(kind, blamed, stack))
      IO.puts("  " <> inspect(fields(Exception.normalize(kind, reason, stack))))
  end

  # Where protocols are consolidated, the message goes on with what implements them.
  defp banner(kind, reason, stack),
    do:
      kind
      |> Exception.format_banner(reason, stack)
      |> String.replace(~r/\. This protocol is.*/, "")

  # The clauses that did not match are known from debug information alone.
  defp blame(kind, reason, stack) do
    case Exception.blame(kind, reason, stack) do
      {%FunctionClauseError{}, _} -> reason
      {blamed, _} -> blamed
    end
  end

  # `term` of the one, `key` of the other: what code that rescues reads.
  defp fields(%module{} = exception),
    do: {module, exception |> Map.from_struct() |> Map.delete(:__exception__) |> Enum.sort()}

  defp fields(other), do: other

  # The compiler shall not know.
  defp opaque(value), do: Process.get(:nothing, value)

  defp raisers do
    [
      argument: fn _ -> String.to_existing_atom("no such atom at all, surely") end,
      argument_list: fn nothing -> :erlang.length(nothing) end,
      argument_element: fn nothing -> elem({1, 2}, nothing || 7) end,
      argument_integer: fn _ -> String.to_integer(opaque("12a")) end,
      argument_float: fn _ -> String.to_float(opaque("12")) end,
      argument_atom: fn nothing -> :erlang.atom_to_list(nothing || "a") end,
      argument_apply: fn nothing -> apply(nothing || 1, :f, []) end,
      argument_ets: fn _ -> :ets.lookup(:no_such_table, 1) end,
      argument_send: fn _ -> send(:nobody_has_this_name, 1) end,
      argument_struct: fn _ -> struct!(Point, z: 1) end,
      arithmetic_add: fn nothing -> (nothing || 1) + (nothing || "2") end,
      arithmetic_div: fn nothing -> div(1, nothing || 0) end,
      arithmetic_float: fn _ -> :math.log(opaque(0)) end,
      arithmetic_band: fn nothing -> Bitwise.band(nothing || 1.0, 1) end,
      bad_arity: fn nothing -> (nothing || fn a -> a end).(1, 2) end,
      bad_boolean: fn nothing -> (nothing || 1) and true end,
      bad_function: fn nothing -> (nothing || :not_a_function).(1) end,
      bad_map_put: fn nothing -> Map.put(nothing || [], :a, 1) end,
      bad_map_update: fn nothing -> %{(nothing || [a: 1]) | a: 2} end,
      bad_map_enum: fn nothing -> :maps.fold(fn _, _, a -> a end, 0, nothing || :no) end,
      bad_struct: fn nothing -> %Point{(nothing || %{x: 1}) | x: 1} end,
      case_clause: fn nothing -> case(nothing || {1, 2}, do: ({a, a} -> a)) end,
      cond_clause: fn nothing -> cond(do: (nothing -> 1)) end,
      with_clause: fn nothing ->
        with {:ok, x} <- nothing || {:error, "no"} do
          x
        else
          {:wrong, x} -> x
        end
      end,
      function_clause: fn _ -> Behaving.known(opaque(:c)) end,
      function_clause_guard: fn _ -> Behaving.with_default(opaque("x")) end,
      function_clause_fun: fn nothing ->
        (fn x when is_atom(x) and x != nil -> x end).(nothing)
      end,
      function_clause_library: fn nothing -> Enum.chunk_every([1], nothing || 0) end,
      match: fn nothing -> {:ok, _} = nothing || {:error, %{reason: "gone"}} end,
      match_binary: fn nothing -> <<_::32>> = nothing || "abc" end,
      try_clause: fn nothing ->
        try do
          nothing || 1
        rescue
          error -> error
        else
          2 -> :two
        end
      end,
      key_map: fn nothing -> Map.fetch!(nothing || %{a: 1, ab: 2}, :b) end,
      key_dot: fn nothing -> (nothing || %{name: 1}).nam end,
      key_struct: fn nothing -> Map.fetch!(nothing || %Point{}, :z) end,
      key_keyword: fn nothing -> Keyword.fetch!(nothing || [a: 1], :b) end,
      key_dot_nil: fn nothing -> nothing.field end,
      key_dot_atom: fn _ -> opaque(:some_module).field end,
      key_replace: fn nothing -> Map.replace!(nothing || %{}, :a, 1) end,
      key_update: fn nothing -> Map.update!(nothing || %{}, "a", & &1) end,
      undefined_module: fn _ -> apply(opaque(NoSuchModule), :run, [1]) end,
      undefined_function: fn _ -> apply(opaque(Behaving), :unknown, [1]) end,
      undefined_near: fn _ -> apply(opaque(Behaving), :know, [1]) end,
      undefined_arity: fn _ -> apply(opaque(Behaving), :known, []) end,
      undefined_erlang: fn _ -> apply(opaque(:lists), :no_such_function, [1]) end,
      protocol_enum: fn nothing -> Enum.map(nothing || 1, & &1) end,
      protocol_chars: fn nothing -> to_string(nothing || {1}) end,
      protocol_struct: fn nothing -> Enum.count(nothing || %Point{}) end,
      protocol_collectable: fn nothing -> Enum.into([1], nothing || 5) end,
      access_struct: fn nothing -> (nothing || %Point{x: 1})[:x] end,
      access_number: fn nothing -> (nothing || 1)[:x] end,
      access_list: fn nothing -> (nothing || [1])["a"] end,
      put_in_nil: fn nothing -> put_in(nothing[:a], 1) end,
      enum_empty: fn _ -> Enum.max([]) end,
      enum_reduce: fn _ -> Enum.reduce([], &+/2) end,
      enum_fetch: fn _ -> Enum.fetch!([1], 3) end,
      list_to_existing: fn _ -> List.to_existing_atom('not an atom that there is') end,
      unicode: fn nothing -> String.to_charlist(nothing || <<255>>) end,
      unicode_list: fn nothing -> List.to_string(nothing || [0xD800]) end,
      version: fn _ -> Version.parse!("1.x") end,
      version_requirement: fn _ -> Version.match?("1.0.0", "~> x") end,
      date: fn _ -> Date.from_iso8601!("2023-02-30") end,
      date_new: fn _ -> Date.new!(2023, 13, 1) end,
      time: fn _ -> Time.from_iso8601!("25:00:00") end,
      naive: fn _ -> NaiveDateTime.from_iso8601!("2023-01-01") end,
      zone: fn _ -> DateTime.now!("Europe/Nowhere") end,
      unix: fn _ -> DateTime.from_unix!(99_999_999_999_999_999) end,
      uri: fn _ -> URI.new!("http://[") end,
      base: fn _ -> Base.decode16!("0x") end,
      base64: fn _ -> Base.decode64!("a") end,
      option: fn _ -> OptionParser.parse!(["--nope", "1"], strict: [count: :integer]) end,
      option_value: fn _ -> OptionParser.parse!(["--count", "x"], strict: [count: :integer]) end,
      system_limit: fn _ -> String.to_atom(String.duplicate("a", 256)) end,
      env: fn _ -> System.fetch_env!("NO_SUCH_VARIABLE_AT_ALL") end,
      application_env: fn _ -> Application.fetch_env!(:elixir, :no_such_key) end,
      registry: fn _ -> Registry.lookup(NoSuchRegistry, 1) end,
      call_noproc: fn _ -> GenServer.call(:no_such_server, :request) end,
      erlang_error: fn _ -> :erlang.error({:own, "reason"}) end,
      nocatch: fn _ -> throw({:ball, 1}) end,
      exit: fn _ -> exit({:shutdown, :done}) end,
      runtime: fn _ -> raise "message" end,
      raise_module: fn _ -> raise(opaque(ArgumentError)) end,
      raise_fields: fn _ -> raise(opaque(KeyError), key: :k, term: [a: 1]) end,
      raise_other: fn _ -> raise(opaque(1)) end,
      reraise: fn _ -> reraise(RuntimeError, [message: "again"], []) end
    ]
  end
end

defmodule ElixirWorkers.ReplayTest do
  # The journal has a registered name.
  use ExUnit.Case, async: false

  alias ElixirWorkers.{Bindings, Replay, Transport}

  # Rounds until there is a response, as the host runs them; `perform` answers a call. Time does not stand still here, so a
  # round may end before all processes wait: that costs rounds, and changes nothing.
  defp replay(work, perform) do
    replay([], [], work, perform)
  end

  defp replay(state, performed, work, perform) do
    case Replay.round(state, work) do
      %{"response" => nil, "_needs" => [_ | _] = needs} ->
        calls = for {_identity, _at, _timeout, call} <- needs, do: :erlang.binary_to_term(call)

        answers =
          for {{identity, _at, _timeout, _call}, call} <- Enum.zip(needs, calls) do
            {ok, term} = perform.(call)
            {identity, ok == :ok, :erlang.term_to_binary(term)}
          end

        replay(state ++ [{0, answers}], performed ++ calls, work, perform)

      outcome ->
        {outcome, performed}
    end
  end

  defp ask(operation, args), do: Bindings.call("STORE", operation, args)

  test "calls that follow each other are answered one after the other, each once" do
    work = fn ->
      {:ok, a} = ask("get", ["a"])
      {:ok, b} = ask("get", [a])
      {:error, error} = ask("fail", [b])
      Replay.respond(Enum.join([a, b, error.code], " "))
    end

    {outcome, performed} =
      replay(work, fn
        {"STORE", "get", [key]} -> {:ok, key <> "!"}
        {"STORE", "fail", _args} -> {:error, %{"code" => "failed", "message" => "no"}}
      end)

    assert outcome["response"] == "a! a!! failed"

    assert performed == [
             {"STORE", "get", ["a"]},
             {"STORE", "get", ["a!"]},
             {"STORE", "fail", ["a!!"]}
           ]
  end

  test "equal calls are calls of their own" do
    counter = :counters.new(1, [])

    work = fn ->
      answers = for _ <- 1..4, do: ask("next", [])
      Replay.respond(inspect(answers))
    end

    {outcome, performed} =
      replay(work, fn {"STORE", "next", []} ->
        :counters.add(counter, 1, 1)
        {:ok, :counters.get(counter, 1)}
      end)

    assert outcome["response"] == "[ok: 1, ok: 2, ok: 3, ok: 4]"
    assert length(performed) == 4
  end

  test "terms cross as they are" do
    term = {1, 1.0, nil, "ü", <<0, 255>>, %{"a" => [:b, 2 ** 70]}}

    work = fn ->
      {:ok, back} = ask("echo", [term])
      Replay.respond(inspect(back === term))
    end

    assert {%{"response" => "true"}, _} = replay(work, fn {_, "echo", [each]} -> {:ok, each} end)
  end

  test "effects are there when nothing is needed any more, in order" do
    work = fn ->
      :ok = Bindings.cast("STORE", "put", [1])
      {:ok, nil} = ask("get", ["a"])
      :ok = Bindings.cast("STORE", "put", [2])
      Replay.respond("done")
    end

    {outcome, performed} = replay(work, fn _call -> {:ok, nil} end)
    assert performed == [{"STORE", "get", ["a"]}]
    effects = Enum.map(outcome["_effects"], &:erlang.binary_to_term/1)
    assert effects == [{"STORE", "put", [1]}, {"STORE", "put", [2]}]
  end

  test "a need says how long it may take" do
    work = fn -> Bindings.call("STORE", "get", ["a"], timeout: 50) end
    assert %{"_needs" => [{_identity, _at, 50, _call}]} = Replay.round([], work)
    work = fn -> Bindings.call("STORE", "get", ["a"]) end
    assert %{"_needs" => [{_identity, _at, nil, _call}]} = Replay.round([], work)
  end

  test "a timer fires before an answer that came later" do
    work = fn ->
      child = self()
      spawn(fn -> send(child, {:read, ask("get", ["a"])}) end)
      first = receive(do: (message -> message), after: (10 -> :timer))
      receive(do: ({:read, {:ok, 1}} -> Replay.respond(inspect(first))))
    end

    %{"_needs" => [{identity, _at, nil, _call}]} = Replay.round([], work)
    state = [{500, [{identity, true, :erlang.term_to_binary(1)}]}]
    assert %{"response" => ":timer"} = Replay.round(state, work)
  end

  describe "what is not the same in every round" do
    setup do
      %{"_needs" => [{identity, _at, nil, _call}]} = Replay.round([], fn -> ask("get", ["a"]) end)
      %{state: [{0, [{identity, true, :erlang.term_to_binary(1)}]}]}
    end

    defp diverged(state, work) do
      assert_raise Replay.DivergedError, fn -> Replay.round(state, work) end
    end

    test "other arguments", %{state: state} do
      assert %{message: message} = diverged(state, fn -> ask("get", ["b"]) end)

      assert message =~
               ~s[get of binding "STORE" (call 1 of process 1) has other arguments than before]
    end

    test "another call", %{state: state} do
      assert %{message: message} = diverged(state, fn -> ask("put", ["a"]) end)

      assert message =~
               ~s[put of binding "STORE" (call 1 of process 1) was get of binding "STORE"]
    end

    test "none", %{state: state} do
      assert %{message: message} = diverged(state, fn -> Replay.respond("at once") end)
      assert message =~ ~s[get of binding "STORE" (call 1 of process 1) is not asked for again]
    end
  end

  test "work that ends without a response ends the round" do
    Process.flag(:trap_exit, true)

    {pid, monitor} = spawn_monitor(fn -> Replay.round([], fn -> exit(:on_purpose) end) end)
    assert_receive {:DOWN, ^monitor, :process, ^pid, :on_purpose}, 10_000
    assert Process.whereis(:elixir_workers_replay) == nil
  end

  # As ordinary Elixir does.
  test "a machine without the streams of WASI is told by what it lacks" do
    lacks = &~r/this machine lacks 'Elixir.AtomVM.Wasi':#{&1}, .*configuration.md/

    assert_raise ArgumentError, lacks.("read_stdin/0"), fn ->
      Transport.Replay.run(fn _state -> flunk("nothing is served") end)
    end

    assert_raise ArgumentError, lacks.("write_stdout/1"), fn ->
      Transport.Replay.log(:info, "text", {:taken, "token"})
    end
  end
end

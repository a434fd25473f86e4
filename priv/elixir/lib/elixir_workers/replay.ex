defmodule ElixirWorkers.Replay do
  @moduledoc """
  One round of a request on a machine that has only `_start`, as `docs/reference/replay.md` describes it.

  Such a machine cannot wait for the host. It runs from the beginning in every round, with all answers of the rounds
  before. The process that calls `round/2` keeps the journal of the round: it gives each call the answer that it had
  before, at the moment at which it came then, and collects the calls that have none.

      round 1    the application runs until all wait        _needs: calls 1 and 2
      round 2    the same; answers 1 and 2; until all wait  _needs: call 3
      round 3    the same; answers 1 and 2; the same; 3; …  the response, _effects

  The host's clock stands still while the application computes, and goes on when the machine waits. So "nothing has
  happened for 1 ms" means that nothing can happen any more without an answer.
  """

  defmodule DivergedError do
    @moduledoc "An application did not ask for what it had asked for in the round before."
    @type t :: %__MODULE__{message: String.t()}
    defexception [:message]
  end

  @name :elixir_workers_replay
  # See the moduledoc: on the host's clock, any time at all.
  @quiet_ms 1
  # So much of a call is compared with the call of the round before, beside binding, operation and size.
  @compared_bytes 256

  @typedoc """
  A call, by the process that makes it (in the order of first calls) and which of its calls it is. What follows is
  not part of its identity: by it a call is recognized as the one of the round before.
  """
  @type identity ::
          {caller :: pos_integer(), nth :: pos_integer(), binding :: String.t(),
           operation :: String.t(), byte_size :: non_neg_integer(), beginning :: binary()}

  @typedoc "Answers that came together, so many milliseconds after the start; the terms are external ones."
  @type batch :: {at_ms :: integer(), [{identity(), ok :: boolean(), binary()}]}

  @typedoc "The answers of the rounds before, in the order in which they came."
  @type state :: [batch()]

  @typedoc "What the host is asked for: when it was, how long it may take (milliseconds or nil), and an external term."
  @type need :: {identity(), at_ms :: integer(), timeout_ms :: non_neg_integer() | nil, binary()}

  @typedoc """
  How a round ends. `response` is in the layout of `docs/reference/host-abi.md`; nil while it is not there. Both
  `_needs` and a response: something goes on behind the response. Effects count when there are no needs.
  """
  @type outcome :: %{required(String.t()) => [need()] | [binary()] | binary() | integer() | nil}

  defstruct started_ms: 0,
            batches: [],
            due: nil,
            passed: 0,
            answers: %{},
            callers: %{},
            waiting: [],
            effects: [],
            response: nil,
            responded_ms: nil,
            worker: nil,
            log: nil

  @doc """
  Runs `work` in a process of its own until it needs answers that there are none of, or has responded and has nothing
  left to do. `log` gets records of Erlang's `logger`, level and text, in the order in which they are made.

  What ends `work` without a response ends the caller. Raises `ElixirWorkers.Replay.DivergedError` when `work` does not ask
  for what it asked in the rounds before.
  """
  @spec round(state(), (() -> term()), (atom(), binary() -> term())) :: outcome()
  def round(state, work, log \\ fn _level, _text -> :ok end) do
    Process.register(self(), @name)
    {_pid, monitor} = spawn_monitor(work)

    try do
      loop(%__MODULE__{
        started_ms: now(),
        batches: numbered(state),
        answers: answers(state),
        worker: monitor,
        log: log
      })
    after
      Process.unregister(@name)
    end
  end

  @doc """
  Hands over the response of the request, as bytes.
  """
  @spec respond(binary()) :: :ok
  def respond(response) do
    send(@name, {@name, :response, response})
    :ok
  end

  defp numbered(state),
    do: for({{at_ms, _answers}, number} <- Enum.with_index(state, 1), do: {number, at_ms})

  defp answers(state) do
    for {{_at_ms, answers}, number} <- Enum.with_index(state, 1),
        {identity, ok, bytes} <- answers,
        into: %{},
        do: {key(identity), {identity, number, ok, bytes}}
  end

  defp key(identity), do: {elem(identity, 0), elem(identity, 1)}

  # ---- what happens in a round ----

  defp loop(%{worker: worker} = journal) do
    receive do
      {@name, :call, pid, reference, name, call, timeout} ->
        loop(asked(journal, pid, reference, name, call, timeout))

      {@name, :cast, call} ->
        loop(%{journal | effects: [call | journal.effects]})

      {@name, :response, response} ->
        loop(%{journal | response: response, responded_ms: elapsed(journal)})

      # From the stand-in for `logger`, which waits, so that nothing else is said before it.
      {@name, :log, {pid, reference}, level, text} ->
        journal.log.(level, text)
        send(pid, {@name, reference})
        loop(journal)

      {:DOWN, ^worker, :process, _pid, reason} when reason != :normal ->
        exit(reason)

      _other ->
        loop(journal)
    after
      patience(journal) -> waited(journal)
    end
  end

  defp patience(%{due: {_number, at_ms}} = journal), do: max(at_ms - elapsed(journal), 0)
  defp patience(%{waiting: [], response: nil}), do: :infinity
  defp patience(_journal), do: @quiet_ms

  defp asked(journal, pid, reference, {binding, operation}, call, timeout) do
    {caller, nth} = Map.get(journal.callers, pid, {map_size(journal.callers) + 1, 1})
    beginning = binary_part(call, 0, min(byte_size(call), @compared_bytes))
    identity = {caller, nth, binding, operation, byte_size(call), beginning}
    {known, answers} = Map.pop(journal.answers, {caller, nth})

    waiting =
      {pid, reference, answer(known, identity), {identity, elapsed(journal), timeout, call}}

    %{
      journal
      | callers: Map.put(journal.callers, pid, {caller, nth + 1}),
        answers: answers,
        waiting: [waiting | journal.waiting]
    }
  end

  defp answer(nil, _identity), do: nil
  defp answer({identity, number, ok, bytes}, identity), do: {number, ok, bytes}

  defp answer({before, _number, _ok, _bytes}, identity) do
    if show(before) == show(identity),
      do: diverged("#{show(identity)} has other arguments than before"),
      else: diverged("#{show(identity)} was #{show(before)} before")
  end

  # Nothing goes on without answers: those come whose turn it is, or the round is over.
  defp waited(%{due: {number, _at_ms}} = journal),
    do: deliver(%{journal | due: nil, passed: number})

  defp waited(journal) do
    cond do
      Enum.any?(journal.waiting, &answered?(&1, journal.passed)) -> deliver(journal)
      journal.waiting == [] or journal.batches == [] -> outcome(journal)
      true -> loop(%{journal | due: hd(journal.batches), batches: tl(journal.batches)})
    end
  end

  defp deliver(journal) do
    {answered, waiting} = Enum.split_with(journal.waiting, &answered?(&1, journal.passed))

    # In the order in which they were asked for.
    for {pid, reference, {_number, ok, bytes}, _need} <- Enum.reverse(answered) do
      term = :erlang.binary_to_term(bytes)
      send(pid, {:atomvm_reply, reference, if(ok, do: {:ok, term}, else: {:error, term})})
    end

    loop(%{journal | waiting: waiting})
  end

  defp answered?({_pid, _reference, nil, _need}, _passed), do: false
  defp answered?({_pid, _reference, {number, _ok, _bytes}, _need}, passed), do: number <= passed

  defp outcome(%{answers: answers}) when map_size(answers) > 0 do
    [{identity, _number, _ok, _bytes} | _others] = Map.values(answers)
    diverged("#{show(identity)} is not asked for again")
  end

  defp outcome(journal) do
    %{
      "_needs" => for({_, _, nil, need} <- Enum.reverse(journal.waiting), do: need),
      "_effects" => Enum.reverse(journal.effects),
      "response" => journal.response,
      "at" => journal.responded_ms
    }
  end

  @spec diverged(String.t()) :: no_return()
  defp diverged(how) do
    raise DivergedError,
      message: "a handler must do the same in every round (docs/reference/replay.md): " <> how
  end

  defp show({caller, nth, binding, operation, _byte_size, _beginning}),
    do: "#{operation} of binding #{inspect(binding)} (call #{nth} of process #{caller})"

  defp elapsed(journal), do: now() - journal.started_ms
  defp now, do: :erlang.monotonic_time(:millisecond)
end

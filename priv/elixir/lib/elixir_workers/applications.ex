defmodule ElixirWorkers.Applications do
  @moduledoc """
  Starts the OTP applications of a project before its first request.

  `hatch build` names them when one of them, or of their dependencies, has a callback module (`mod:` in `mix.exs`).
  """

  @doc """
  Starts applications and all they need, as a release does: when one of them ends, the machine ends.

  Raises `RuntimeError` with the reason when one does not start.

      iex> ElixirWorkers.Applications.start([:elixir, :logger])
      :ok
  """
  @spec start([Application.app()]) :: :ok
  def start(applications), do: Enum.each(applications, &start_one/1)

  defp start_one(application) do
    with {:error, {failed, reason}} <- Application.ensure_all_started(application, :permanent) do
      raise "could not start application #{failed}: #{Application.format_error(reason)}"
    end
  end
end

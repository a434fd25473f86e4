# Whether Elixir's Logger passes a message on, by the primary level and a module's own.
defmodule Oracle.LoggerLevels do
  def start do
    %{level: before} = :logger.get_primary_config()

    for level <- [:debug, :info, :error, :none, :all] do
      :ok = :logger.set_primary_config(:level, level)
      IO.inspect({level, for(each <- [:debug, :info, :notice, :error], do: passed?(each))})
    end

    :ok = :logger.set_primary_config(:level, :error)
    :ok = :logger.set_module_level(__MODULE__, :info)
    IO.inspect(for(each <- [:debug, :info, :notice, :error], do: passed?(each)))
    IO.inspect(Logger.__should_log__(:info, Other))
    :ok = :logger.unset_module_level(__MODULE__)
    :ok = :logger.set_primary_config(:level, before)
  end

  defp passed?(level), do: Logger.__should_log__(level, __MODULE__) == level
end

"""An application with a queue, built with the plugin as it is installed, in workerd."""

APP = """
defmodule App do
  use ElixirWorkers.App, router: App.Router
end

defmodule App.Router do
  use ElixirWorkers.Router
  alias ElixirWorkers.Queues

  routes do
    post "/jobs", &enqueue/1
  end

  defp enqueue(conn) do
    case Queues.send("JOBS", conn["parsed_body"]) do
      :ok -> Conn.text(conn, 202, "queued")
      {:error, error} -> Conn.text(conn, 422, error.code)
    end
  end
end

defmodule App.Jobs do
  @behaviour ElixirWorkers.Queues.Consumer
  require Logger

  @impl true
  def handle_message(%{body: %{"fails" => true}, attempts: 1}, _context), do: raise("not at once")

  def handle_message(%{body: %{"name" => name}} = message, _context),
    do: Logger.info("job #{name} at attempt #{message.attempts}")
end
"""


def test_messages_arrive_and_come_again(elixir_project):
    project = elixir_project(
        {"lib/app.ex": APP},
        bindings={"JOBS": {"kind": "queue", "queue": "jobs"}},
        events=[{"kind": "queue", "queue": "jobs", "max_batch_timeout": 1, "handler": "App.Jobs"}],
    )
    json = {"content-type": "application/json"}
    with project.build().served() as worker:
        assert worker.ask("POST", "/jobs", headers=json, body='{"name": "ü"}').status == 202
        worker.wait_for_log("job ü at attempt 1")
        assert worker.ask("POST", "/jobs", headers=json, body='{"name": "late", "fails": true}').status == 202
        worker.wait_for_log("(RuntimeError) not at once")
        worker.wait_for_log("job late at attempt 2")
        large = worker.ask("POST", "/jobs", headers=json, body='{"name": "%s"}' % ("x" * 130_000))
        assert (large.status, large.text) == (422, "too_large")

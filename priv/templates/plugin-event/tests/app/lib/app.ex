defmodule App do
  @moduledoc false
  use ElixirWorkers.App, router: App.Router
end

defmodule App.Router do
  @moduledoc false
  use ElixirWorkers.Router

  @impl true
  def routes, do: [{:get, "/", &Conn.text(&1, "This worker receives e-mails.")}]
end

defmodule App.Orders do
  @moduledoc false
  @behaviour ElixirWorkers.{{module}}
  require Logger

  @impl true
  def handle_email(%{subject: "order"} = email, _context) do
    Logger.info("order of #{byte_size(email.raw)} bytes from #{email.from}")
    {:forward, "shop@example.com"}
  end

  def handle_email(%{subject: "crash"}, _context), do: raise("no such order")
  def handle_email(%{subject: "hello"}, _context), do: :ok
  def handle_email(_email, _context), do: {:reject, "orders only"}
end

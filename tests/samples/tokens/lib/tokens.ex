defmodule Tokens do
  @moduledoc "Signed and encrypted tokens as Plug.Crypto makes them, and bodies that are compressed."

  use ElixirWorkers.App, router: Tokens.Router
end

defmodule Gallery do
  @moduledoc """
  Pictures in an R2 bucket. `curl -T cat.png -H 'content-type: image/png' …/photos/cat.png` sends one; the form on the page
  fetches one from a server that `pyproject.toml` allows. No picture passes through the machine.
  """

  use ElixirWorkers.App, router: Gallery.Router
end

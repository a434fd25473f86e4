defmodule Bookshop do
  @moduledoc "A bookshop: pages made of Markdown, through templates, out of a cache."

  use ElixirWorkers.App, router: Bookshop.Router
end

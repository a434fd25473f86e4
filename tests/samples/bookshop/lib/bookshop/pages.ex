defmodule Bookshop.Pages do
  @moduledoc "The templates."

  use Leaf, root: Path.join(__DIR__, "templates")

  template :layout, [:title, :content]
  template :index, [:books, :page, :pages]
  template :book, [:html, :stats]
end

defmodule Bookshop.Catalogue do
  @moduledoc "All books, read once at the start."

  use GenServer

  def start_link(options), do: GenServer.start_link(__MODULE__, options, name: __MODULE__)

  @doc "`[{isbn, title}]`, by title."
  def titles, do: GenServer.call(__MODULE__, :titles)

  @doc "The Markdown of a book."
  def text(isbn), do: GenServer.call(__MODULE__, {:text, isbn})

  @impl true
  def init(folder: folder) do
    books =
      for file <- Path.wildcard(Path.join(folder, "*.md")) |> Enum.sort(), into: %{} do
        text = File.read!(file)
        [{1, title, _slug} | _] = Markling.contents(text)
        {Path.basename(file, ".md"), %{title: title, text: text}}
      end

    {:ok, books}
  end

  @impl true
  def handle_call(:titles, _from, books) do
    {:reply,
     books |> Enum.map(fn {isbn, book} -> {isbn, book.title} end) |> Enum.sort_by(&elem(&1, 1)),
     books}
  end

  def handle_call({:text, isbn}, _from, books) do
    {:reply, with(%{text: text} <- books[isbn], do: {:ok, text}) || :error, books}
  end
end

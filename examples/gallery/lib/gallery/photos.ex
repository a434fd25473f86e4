defmodule Gallery.Photos do
  @moduledoc "The pictures, as maps of name, size and type."

  alias ElixirWorkers.{BodyStream, Fetch, R2, URL}

  @type photo :: %{name: String.t(), bytes: non_neg_integer(), type: String.t()}

  @doc "All pictures, by name."
  @spec all() :: [photo()]
  def all, do: "PHOTOS" |> R2.stream(include: [:http_metadata]) |> Enum.map(&photo/1)

  @doc "Keeps a picture."
  @spec put(String.t(), String.t() | nil, BodyStream.t()) :: {:ok, photo()} | {:error, String.t()}
  def put(name, "image/" <> _ = type, body) do
    {:ok, photo(R2.put!("PHOTOS", name, body, http_metadata: [content_type: type]))}
  end

  def put(_name, type, _body),
    do: {:error, "a picture has a type such as image/png, not #{inspect(type)}"}

  @doc "Keeps the picture at a URL, under the last part of its path."
  @spec import_from(String.t()) :: {:ok, photo()} | {:error, String.t()}
  def import_from(url) do
    case Fetch.get("WEB", url) do
      {:ok, %{status: 200} = response} ->
        put(name(response.url), Fetch.header(response, "content-type"), response.body)

      {:ok, response} ->
        {:error, "the server answered with #{response.status}"}

      {:error, error} ->
        {:error, Exception.message(error)}
    end
  end

  defp name(url) do
    with {:ok, %{path: path}} <- URL.parse(url),
         {:ok, [_ | _] = segments} <- URL.path_segments(path) do
      List.last(segments)
    else
      _none -> "picture"
    end
  end

  defp photo(object) do
    type = Map.get(object.http_metadata, :content_type, "image/png")
    %{name: object.key, bytes: object.size, type: type}
  end
end

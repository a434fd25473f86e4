defmodule Gallery.Router do
  @moduledoc false
  use ElixirWorkers.Router

  alias ElixirWorkers.{Error, R2}
  alias Gallery.{Page, Photos}

  routes do
    get "/", &home/1
    get "/photos", &index/1
    get "/photos/:name", &R2.send_object(&1, "PHOTOS", &2["name"])
    put "/photos/:name", &store/2
    delete "/photos/:name", &delete/2
    post "/imports", &import_photo/1
  end

  @doc "The page with all pictures."
  def home(conn), do: Conn.html(conn, Page.render(Photos.all()))

  @doc "The same as JSON."
  def index(conn), do: Conn.json(conn, Photos.all())

  @doc "Keeps the picture that is the body of the request."
  def store(conn, %{"name" => name}) do
    case Photos.put(name, conn["headers"]["content-type"], Conn.body_stream(conn)) do
      {:ok, photo} -> Conn.json(conn, :created, photo)
      {:error, reason} -> Error.reply(conn, 415, reason)
    end
  end

  @doc "Forgets a picture."
  def delete(conn, %{"name" => name}) do
    R2.delete!("PHOTOS", name)
    Conn.no_content(conn)
  end

  @doc "Fetches the picture that a form names."
  def import_photo(%{"parsed_body" => %{"url" => url}} = conn) do
    case Photos.import_from(url) do
      {:ok, _photo} -> Conn.redirect(conn, "/", 303)
      {:error, reason} -> Error.reply(conn, 422, reason)
    end
  end

  def import_photo(conn), do: Error.reply(conn, 400, "the form must have a field `url`")
end

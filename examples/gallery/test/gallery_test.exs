defmodule GalleryTest do
  use ExUnit.Case, async: true
  import ElixirWorkers.Test

  @png <<0x89, "PNG", 13, 10, 26, 10>>
  @server "https://upload.wikimedia.org"

  setup do
    put_bindings(%{
      "PHOTOS" => ElixirWorkers.R2.Fake,
      "WEB" =>
        {ElixirWorkers.Fetch.Fake,
         allow: [@server],
         respond: fn
           %{url: @server <> "/a/caf%C3%A9.png"} ->
             {200, [{"content-type", "image/png"}], [@png, "rest"]}

           %{url: @server <> "/page"} ->
             {200, [{"content-type", "text/html"}], "<p>"}

           _other ->
             {404, [], "nothing"}
         end}
    })
  end

  defp send_photo(name, type \\ "image/png") do
    request(Gallery, :put, "/photos/" <> name,
      headers: [{"content-type", type}],
      body_stream: [@png, "rest"]
    )
  end

  defp import_photo(url) do
    form = "url=" <> URI.encode_www_form(url)
    headers = [{"content-type", "application/x-www-form-urlencoded"}]
    request(Gallery, :post, "/imports", headers: headers, body: form)
  end

  test "a picture is sent, shown, and forgotten" do
    sent = send_photo("cat.png")

    assert {sent.status, json(sent)} ==
             {201, %{"name" => "cat.png", "bytes" => 12, "type" => "image/png"}}

    shown = request(Gallery, :get, "/photos/cat.png")
    assert {shown.body, header(shown, "content-type")} == {@png <> "rest", "image/png"}
    assert json(request(Gallery, :get, "/photos")) == [json(sent)]
    assert request(Gallery, :delete, "/photos/cat.png").status == 204
    assert request(Gallery, :get, "/photos/cat.png").status == 404
  end

  test "what is no picture is refused" do
    assert send_photo("page", "text/html").status == 415
    assert json(request(Gallery, :get, "/photos")) == []
  end

  test "a picture is imported from a server that is allowed" do
    imported = import_photo(@server <> "/a/caf%C3%A9.png")
    assert {imported.status, header(imported, "location")} == {303, "/"}
    assert request(Gallery, :get, "/photos/caf%C3%A9.png").body == @png <> "rest"
    assert request(Gallery, :get, "/").body =~ ~s(src="/photos/caf%C3%A9.png")
  end

  test "imports that fail say why" do
    for {url, reason} <- [
          {@server <> "/none.png", "the server answered with 404"},
          {@server <> "/page", "a picture has a type such as image/png"},
          {"https://example.com/a.png", "not_allowed"},
          {"a.png", "invalid_url"}
        ] do
      reply = import_photo(url)
      assert {reply.status, reply.body =~ reason} == {422, true}, reply.body
    end

    assert request(Gallery, :post, "/imports", body: "").status == 400
  end
end

defmodule Gallery.Page do
  @moduledoc "The page: every picture, and a form for the URL of one."

  alias ElixirWorkers.HTML

  @doc "The whole document."
  @spec render([Gallery.Photos.photo()]) :: iodata()
  def render(photos) do
    {:safe, body} =
      HTML.tag("body", [HTML.tag("h1", "Gallery"), form() | Enum.map(photos, &figure/1)])

    [
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Gallery</title></head>\n",
      body,
      "</html>\n"
    ]
  end

  defp figure(photo) do
    source = "/photos/" <> URI.encode(photo.name, &URI.char_unreserved?/1)

    HTML.tag("figure", [
      HTML.tag("img", [src: source, alt: photo.name, height: 200], []),
      HTML.tag("figcaption", "#{photo.name}, #{div(photo.bytes + 999, 1000)} KB")
    ])
  end

  defp form do
    HTML.tag("form", [method: "post", action: "/imports"], [
      HTML.tag(
        "input",
        [type: "url", name: "url", required: true, placeholder: "https://upload.wikimedia.org/…"],
        []
      ),
      HTML.tag("button", "Import")
    ])
  end
end

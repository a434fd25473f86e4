defmodule ElixirWorkers.MultipartTest do
  use ExUnit.Case, async: true

  alias ElixirWorkers.Body
  alias ElixirWorkers.Body.{Multipart, Upload}

  defp part(headers, data),
    do: ["--bound\r\n", Enum.map(headers, &[&1, "\r\n"]), "\r\n", data, "\r\n"]

  defp body(parts), do: IO.iodata_to_binary([parts, "--bound--\r\n"])
  defp text(name, value), do: part([~s(Content-Disposition: form-data; name="#{name}")], value)
  defp parse(parts, max \\ 100), do: Multipart.parse(body(parts), "bound", max)

  test "texts and files, in order, byte for byte" do
    bytes = <<0, 255, "\r\n--boun", 13, 10>>

    file =
      part(
        [
          ~s(content-disposition: Form-Data; name="photo"; filename="cat.png"),
          "Content-Type: image/png"
        ],
        bytes
      )

    assert parse([text("title", "Über\r\nuns"), file, text("title", "")]) ==
             {:ok,
              [
                {"title", "Über\r\nuns"},
                {"photo", %Upload{filename: "cat.png", content_type: "image/png", data: bytes}},
                {"title", ""}
              ]}
  end

  test "what surrounds the form is passed over" do
    assert Multipart.parse("preamble\r\n" <> body(text("a", "1")) <> "epilogue", "bound", 9) ==
             {:ok, [{"a", "1"}]}

    assert Multipart.parse(
             "--bound \t\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--bound--",
             "bound",
             9
           ) ==
             {:ok, [{"a", "1"}]}
  end

  test "names that browsers escape, and paths of other systems" do
    header = ~S(Content-Disposition: form-data; name="a%22b"; filename="C:\\dir\\my \"file\".txt")
    assert {:ok, [{"a\"b", %Upload{filename: filename}}]} = parse(part([header], ""))
    assert filename == ~S(my "file".txt)

    assert {:ok, [{"f", %Upload{filename: "passwd", content_type: "text/plain"}}]} =
             parse(
               part(
                 [~s(Content-Disposition: form-data; name="f"; filename="../../etc/passwd")],
                 ""
               )
             )
  end

  test "no fields" do
    assert parse([]) == {:ok, []}
  end

  for {what, body, reason} <- [
        {"no boundary", "a=1", "the boundary does not occur in the body"},
        {"an end that is missing", "--bound\r\nContent-Disposition: form-data; name=a\r\n\r\n1",
         "the last part does not end with the boundary"},
        {"a boundary that goes on", "--boundary\r\n\r\n",
         "a boundary is not followed by a line break"},
        {"no headers", "--bound\r\n\r\n1\r\n--bound--",
         "a part has no Content-Disposition: form-data"},
        {"another disposition",
         "--bound\r\nContent-Disposition: attachment; name=a\r\n\r\n1\r\n--bound--",
         "a part has no Content-Disposition: form-data"},
        {"no name", "--bound\r\nContent-Disposition: form-data\r\n\r\n1\r\n--bound--",
         "a part has no name"},
        {"a text that is not UTF-8",
         "--bound\r\nContent-Disposition: form-data; name=a\r\n\r\n\xFF\r\n--bound--",
         "a name or a text of the form is not UTF-8"}
      ] do
    test "refuses #{what}" do
      assert Multipart.parse(unquote(body), "bound", 9) == {:error, unquote(reason)}
    end
  end

  test "headers have a limit" do
    huge =
      part(
        ["X-Pad: " <> String.duplicate("a", 9000), ~s(Content-Disposition: form-data; name="a")],
        "1"
      )

    assert {:error, "the headers of a part do not end within 8192 bytes"} = parse(huge)
  end

  test "the number of parts has a limit, which is a 413" do
    form = body(for n <- 1..3, do: text("n#{n}", "x"))
    type = ~s(multipart/form-data; boundary="bound")
    assert {:ok, %{"n3" => "x"}} = Body.parse(type, form, max_parts: 3)

    assert Body.parse(type, form, max_parts: 2) ==
             {:error, {413, "the form has more than 2 parts"}}

    assert Body.parse("multipart/form-data", form) ==
             {:error, {400, "the content type multipart/form-data names no boundary"}}

    assert {:error, {400, "malformed form: " <> _}} = Body.parse(type, "x")
  end

  test "time is linear in the size of a file that looks like boundaries" do
    data = String.duplicate("\r\n--boun", 100_000)
    assert {:ok, [{"f", ^data}]} = parse(text("f", data))
  end
end

defmodule ElixirWorkers.MultipartStreamTest do
  use ExUnit.Case, async: true

  import ElixirWorkers.Test, only: [conn: 3]
  alias ElixirWorkers.{Body, BodyStream, Error}
  alias ElixirWorkers.Body.{Multipart, Part, Upload}

  @boundary "bo-und"

  defp part(lines, data),
    do: ["--#{@boundary}\r\n", Enum.map(lines, &[&1, "\r\n"]), "\r\n", data, "\r\n"]

  defp text(name, data), do: part([~s(Content-Disposition: form-data; name="#{name}")], data)

  defp file(name, filename, data) do
    disposition = ~s(Content-Disposition: form-data; name="#{name}"; filename="#{filename}")
    part([disposition, "Content-Type: image/png"], data)
  end

  defp form(parts), do: IO.iodata_to_binary([parts, "--#{@boundary}--\r\n"])

  # Bytes that look like a boundary, and are none.
  defp traps do
    for size <- 1..(byte_size(@boundary) + 3),
        into: <<0, 255>>,
        do: binary_part("\r\n--" <> @boundary, 0, size)
  end

  defp request(chunks, type \\ "multipart/form-data; boundary=#{@boundary}") do
    conn(:post, "/", headers: [{"content-type", type}])
    |> Map.put("body", BodyStream.new(chunks))
  end

  defp read(chunks, opts \\ []) do
    for part <- Multipart.stream(request(chunks), opts), do: whole(part)
  end

  defp whole(%Part{filename: nil} = part), do: {part.name, Enum.join(part.body)}

  defp whole(%Part{} = part) do
    upload = %Upload{
      filename: part.filename,
      content_type: part.content_type,
      data: Enum.join(part.body)
    }

    {part.name, upload}
  end

  # What became of it, as `parse/3` says it.
  defp outcome(chunks) do
    {:ok, read(chunks)}
  rescue
    error in Error -> {:error, String.replace_prefix(error.message, "malformed form: ", "")}
  end

  defp in_two(bytes, at),
    do: [binary_part(bytes, 0, at), binary_part(bytes, at, byte_size(bytes) - at)]

  defp in_bytes(bytes), do: for(<<byte <- bytes>>, do: <<byte>>)

  @forms [
    {"texts, files and none",
     [
       {:text, "a", "1"},
       {:file, "f", "x.png", :traps},
       {:text, "empty", ""},
       {:file, "g", "C:\\dir\\y.png", ""},
       {:text, "ü", "a\r\n\r\nb\r\n"}
     ]},
    {"only one", [{:text, "a", "\r\n"}]},
    {"none", []}
  ]

  defp built(fields) do
    form(
      for field <- fields do
        case field do
          {:text, name, data} -> text(name, data)
          {:file, name, filename, :traps} -> file(name, filename, traps())
          {:file, name, filename, data} -> file(name, filename, data)
        end
      end
    )
  end

  for {what, fields} <- @forms do
    test "cut at every byte, a form is what it is in one piece: #{what}" do
      form = "preamble --#{@boundary}\r\n" <> built(unquote(Macro.escape(fields))) <> "epilogue"
      expected = Multipart.parse(form, @boundary, 100)
      assert {:ok, found} = expected
      assert length(found) == unquote(length(fields))
      for at <- 0..byte_size(form), do: assert({at, outcome(in_two(form, at))} == {at, expected})
      assert outcome(in_bytes(form)) == expected
      assert outcome([form]) == expected
      # Nothing before the boundary, white space behind it.
      form = form |> String.split("\r\n", parts: 2) |> List.last()
      spaced = String.replace(form, "#{@boundary}\r\n", "#{@boundary} \t\r\n")
      for at <- 0..byte_size(spaced), do: assert(outcome(in_two(spaced, at)) == expected)
    end
  end

  test "what is malformed is malformed wherever it is cut, for the same reason" do
    disposition = ~s(Content-Disposition: form-data; name="a")

    for form <- [
          "",
          "no form at all",
          "--#{@boundary}",
          "--#{@boundary}-",
          "--#{@boundary}x\r\n",
          "--#{@boundary}\r\n",
          "--#{@boundary}\r\n#{disposition}",
          "--#{@boundary}\r\n#{disposition}\r\n\r\n",
          "--#{@boundary}\r\n#{disposition}\r\n\r\nvalue",
          "--#{@boundary}\r\n#{disposition}\r\n\r\nvalue\r\n--#{@boundary}",
          "--#{@boundary}\r\n#{disposition}\r\n\r\nvalue\r\n--#{@boundary}\rx",
          "--#{@boundary}\r\n#{disposition}\r\n--#{@boundary}--",
          "--#{@boundary}\r\n#{disposition}\r\n\r\n--#{@boundary}--",
          "--#{@boundary}\r\n#{disposition}\r\n--#{@boundary}\r\n#{disposition}\r\n\r\n1\r\n--#{@boundary}--",
          "--#{@boundary}\r\nContent-Type: text/plain\r\n\r\n1\r\n--#{@boundary}--",
          "--#{@boundary}\r\n\r\nno headers\r\n--#{@boundary}--",
          "--#{@boundary}\r\nContent-Disposition: form-data; x=1\r\n\r\n1\r\n--#{@boundary}--",
          "--#{@boundary}\r\n#{disposition}; filename=a\r\nContent-Type: no\r\n\r\n1\r\n--#{@boundary}--",
          "--#{@boundary}\r\nX: #{String.duplicate("x", 8200)}\r\n#{disposition}\r\n\r\n1\r\n--#{@boundary}--"
        ] do
      assert {:error, _reason} = expected = Multipart.parse(form, @boundary, 100)
      step = max(div(byte_size(form), 150), 1)

      for at <- 0..byte_size(form)//step,
          do: assert({form, at, outcome(in_two(form, at))} == {form, at, expected})

      if step == 1, do: assert(outcome(in_bytes(form)) == expected)
    end
  end

  test "limits" do
    form = form([text("a", "1"), text("b", "12345"), text("c", "3")])
    assert length(read([form], max_parts: 3)) == 3

    for {opts, message} <- [
          {[max_parts: 2], "the form has more than 2 parts"},
          {[max_part_bytes: 4], "a part of the form has more than 4 bytes"}
        ],
        chunks <- [[form], in_bytes(form)] do
      assert %Error{status: 413, message: ^message} = catch_error(read(chunks, opts))
    end

    # Parts that nobody reads count as well.
    assert catch_error(Enum.to_list(Multipart.stream(request([form]), max_part_bytes: 4))).status ==
             413

    assert_raise ArgumentError, ~r/:max_parts and :max_part_bytes/, fn -> read([form], max: 1) end
  end

  test "what is left of a part is passed over, and its body has passed then" do
    form =
      form([text("a", "unread"), file("f", "f", String.duplicate("x", 5000)), text("b", "read")])

    parts =
      for part <- Multipart.stream(request(in_bytes(form))) do
        {part, if(part.name == "f", do: Enum.take(part.body, 2), else: Enum.join(part.body))}
      end

    assert [{_a, "unread"}, {f, ["x", "x"]}, {_b, "read"}] = parts
    assert_raise ArgumentError, ~r/its parts come once/, fn -> Enum.join(f.body) end

    Enum.reduce(Multipart.stream(request(in_bytes(form))), nil, fn
      part, nil ->
        part

      _later, first ->
        assert_raise ArgumentError, ~r/read it before the next one/, fn ->
          Enum.join(first.body)
        end

        first
    end)
  end

  test "a part may be read by another process" do
    form = form([file("f", "f", "from a task"), text("b", "2")])
    read = fn part -> Task.await(Task.async(fn -> Enum.join(part.body) end)) end
    assert Enum.map(Multipart.stream(request([form])), read) == ["from a task", "2"]
  end

  test "who stops early lets the source go; who fails does, too" do
    form = form([text("a", "1"), text("b", "2")])
    test = self()

    source = fn ->
      Stream.resource(fn -> in_bytes(form) end, &one/1, fn _rest -> send(test, :let_go) end)
    end

    assert [%Part{name: "a"}] = Enum.take(Multipart.stream(request(source.())), 1)
    assert_receive :let_go

    assert_raise RuntimeError, "handler", fn ->
      for _part <- Multipart.stream(request(source.())), do: raise("handler")
    end

    assert_receive :let_go

    failing =
      Stream.map(in_bytes(form), fn byte ->
        if byte == "1", do: raise(Error, status: 413), else: byte
      end)

    assert catch_error(read(failing)).status == 413
  end

  defp one([]), do: {:halt, []}
  defp one([chunk | rest]), do: {[chunk], rest}

  test "a request that brings no form is refused at once" do
    for {type, status} <- [
          {"application/json", 415},
          {"multipart/form-data", 400},
          {"multipart/form-data; boundary=#{String.duplicate("x", 71)}", 400},
          {"multipart/mixed; boundary=x", 415},
          {"nonsense", 415}
        ],
        do: assert(catch_error(Multipart.stream(request([], type))).status == status)

    assert catch_error(Multipart.stream(conn(:post, "/", []))).status == 415
  end

  test "a body that is whole is a form of one chunk" do
    form = form([text("a", "1")])
    type = "multipart/form-data; boundary=#{@boundary}"
    conn = conn(:post, "/", headers: [{"content-type", type}], body: form)
    assert Enum.map(Multipart.stream(conn), &whole/1) == [{"a", "1"}]
    assert {:ok, %{"a" => "1"}} = Body.parse(type, form)
  end
end

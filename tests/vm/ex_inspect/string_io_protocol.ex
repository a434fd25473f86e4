defmodule Oracle.StringIoProtocol do
  # StringIO as a group leader and as a device: what IO's functions say to it, and the requests of the io protocol themselves.
  def start do
    reading()
    writing()
    leading()
    requests()
    closing()
  end

  defp reading do
    {:ok, io} = StringIO.open("línea uno\nzwei\n\nthree")
    IO.inspect(IO.read(io, :line))
    IO.inspect(IO.getn(io, "prompt> ", 3))
    IO.inspect(IO.gets(io, "more? "))
    IO.inspect(IO.read(io, 2))
    IO.inspect(IO.read(io, :line))
    IO.inspect(IO.read(io, :line))
    IO.inspect(StringIO.contents(io))
    {:ok, io} = StringIO.open("a1\nb2\nc3", capture_prompt: true)
    IO.inspect(IO.gets(io, "first "))
    IO.inspect(io |> IO.stream(:line) |> Enum.to_list())
    IO.inspect(StringIO.contents(io))
    {:ok, io} = StringIO.open("streamed", encoding: :latin1)
    IO.inspect(io |> IO.binstream(3) |> Enum.map(&String.upcase/1))

    IO.inspect(
      StringIO.open("12 ab", fn io -> {:io.fread(io, '', '~d ~s'), StringIO.flush(io)} end)
    )

    IO.inspect(
      StringIO.open("{a, [1]}. rest.", fn io ->
        {:io.read(io, ''), :io.read(io, ''), :io.read(io, '')}
      end)
    )

    IO.inspect(StringIO.open("x = 1.\n", fn io -> :io.scan_erl_exprs(io, '') end))
  end

  defp writing do
    {:ok, io} = StringIO.open("")
    IO.write(io, "text")
    IO.puts(io, [?\s, "and", 'chars', [0x1F600]])
    IO.inspect(io, %{a: [1, 2]}, label: "labelled")
    IO.binwrite(io, "bytes\n")
    :io.format(io, '~p ~ts ~5.2f~n', [{:a, "b"}, "ü", 1.0])
    :io.put_chars(io, ["λ", ?\n])
    :io.nl(io)
    Enum.into(["one ", "two\n"], IO.stream(io, :line))
    IO.inspect(StringIO.flush(io))
    IO.inspect(StringIO.flush(io))
    IO.write(io, "left")
    IO.inspect(StringIO.contents(io))
    IO.inspect(attempt(fn -> IO.write(io, [1.5]) end))
    IO.inspect(attempt(fn -> IO.binwrite(io, [0x1F600]) end))
    IO.inspect(StringIO.contents(io))
  end

  defp leading do
    {:ok, io} = StringIO.open("for the leader\n")
    mine = Process.group_leader()
    Process.group_leader(self(), io)
    IO.puts("to the leader")
    line = IO.gets("? ")
    task = Task.async(fn -> IO.puts("from a task") end)
    Task.await(task)
    Process.group_leader(self(), mine)
    IO.inspect({line, StringIO.contents(io)})
  end

  defp requests do
    {:ok, io} = StringIO.open("abc\ndef")

    for request <- [
          {:put_chars, :unicode, "x"},
          {:put_chars, :unicode, String, :duplicate, ["y", 2]},
          {:put_chars, "old"},
          {:requests,
           [
             {:put_chars, :unicode, "1"},
             {:put_chars, :unicode, "2"},
             {:get_chars, :unicode, "", 1}
           ]},
          {:get_line, :unicode, ""},
          {:get_chars, :unicode, "", 100},
          {:get_chars, :unicode, "", 1},
          :getopts,
          {:setopts, encoding: :latin1},
          {:setopts, binary: false},
          :getopts,
          {:get_geometry, :columns},
          {:get_password, :unicode},
          :no_such_request
        ] do
      reference = make_ref()
      send(io, {:io_request, self(), reference, request})

      receive do
        {:io_reply, ^reference, reply} -> IO.inspect({request, reply})
      after
        1000 -> IO.inspect({request, :no_reply})
      end
    end

    IO.inspect(StringIO.contents(io))
  end

  defp closing do
    {:ok, io} = StringIO.open("in")
    IO.write(io, "out")
    IO.inspect(StringIO.close(io))
    IO.inspect(Process.alive?(io))
    IO.inspect(attempt(fn -> IO.write(io, "late") end))
    IO.inspect(attempt(fn -> IO.gets(io, "late") end))
  end

  defp attempt(fun) do
    fun.()
  rescue
    error ->
      {:raised, error.__struct__,
       Exception.message(error) |> String.replace(~r/#PID<[^>]*>/, "#PID")}
  catch
    kind, _ -> kind
  end
end

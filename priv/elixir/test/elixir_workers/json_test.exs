defmodule ElixirWorkers.JSONTest do
  use ExUnit.Case, async: true

  alias ElixirWorkers.JSON

  defmodule Derived do
    @derive {ElixirWorkers.JSON.Encoder, only: [:name]}
    defstruct [:name, :secret]
  end

  defmodule DerivedExcept do
    @derive {ElixirWorkers.JSON.Encoder, except: [:secret]}
    defstruct [:name, :secret]
  end

  defmodule Refused do
    defstruct [:name]
  end

  defmodule Money do
    defstruct [:cents]

    defimpl ElixirWorkers.JSON.Encoder do
      def to_json(money), do: %{cents: money.cents}
    end
  end

  describe "decode/2" do
    @accepted [
      {"null", nil},
      {"true", true},
      {"false", false},
      {" \t\r\n[ ] ", []},
      {"{}", %{}},
      {~s([1, -1, 0, -0]), [1, -1, 0, 0]},
      {"1.5", 1.5},
      {"-0.0", -0.0},
      {"1e5", 1.0e5},
      {"1E+2", 100.0},
      {"-2.5e-3", -0.0025},
      {"5e-324", 5.0e-324},
      {"1.7976931348623157e308", 1.7976931348623157e308},
      {"123456789012345678901234567890", 123_456_789_012_345_678_901_234_567_890},
      {"-9223372036854775809", -9_223_372_036_854_775_809},
      {~S("\u20ac"), "€"},
      {~S("\ud83d\ude00"), "😀"},
      {~S("\ud800\udc00\udbff\udfff"), <<0x10000::utf8, 0x10FFFF::utf8>>},
      {~S("\ud7ff\ue000"), <<0xD7FF::utf8, 0xE000::utf8>>},
      {~S("\uD83D\uDE00!"), "😀!"},
      {~S("\u0000"), <<0>>},
      {~S("a\"\\\/\b\f\n\r\tz"), "a\"\\/\b\f\n\r\tz"},
      {~s("größe 😀"), "größe 😀"},
      {<<?", 0x7F, ?">>, <<0x7F>>},
      {~s({"a":{"b":[{}, [[]], {"c":null}]}}), %{"a" => %{"b" => [%{}, [[]], %{"c" => nil}]}}},
      {~s({"a":1,"a":2}), %{"a" => 2}},
      {~S({"\u0061":1}), %{"a" => 1}}
    ]

    for {text, value} <- @accepted do
      test "accepts #{inspect(text)}" do
        assert {:ok, value} = JSON.decode(unquote(text))
        assert value === unquote(Macro.escape(value))
      end
    end

    @malformed [
      {"", 0},
      {"  ", 2},
      {"nul", 0},
      {"True", 0},
      {"nullx", 4},
      {"[1]]", 3},
      {"{} {}", 3},
      {"[1,]", 3},
      {"[,1]", 1},
      {"[1 2]", 3},
      {"[1", 2},
      {"[", 1},
      {"]", 0},
      {"{", 1},
      {~s({"a"}), 4},
      {~s({"a":}), 5},
      {~s({"a":1,}), 7},
      {~s({"a":1), 6},
      {"{a:1}", 1},
      {"{1:1}", 1},
      {"'a'", 0},
      {"01", 1},
      {"-", 1},
      {"-01", 2},
      {"+1", 0},
      {"1.", 2},
      {".5", 0},
      {"1.e5", 2},
      {"1e", 2},
      {"1e+", 3},
      {"0x1", 1},
      {"1_000", 1},
      {"NaN", 0},
      {"Infinity", 0},
      {"1e400", 0},
      {~s("abc), 4},
      {~S("\x"), 2},
      {"\"\\", 2},
      {~S("\u12"), 3},
      {~S("\u12G4"), 3},
      {~S("\ud800"), 1},
      {~S("\ud800\u0041"), 1},
      {~S("\udc00"), 1},
      {~S("\udfff"), 1},
      {~S("\ud800\ud800"), 1},
      {~S("\udbff\ue000"), 1},
      {<<?1, 0x0B>>, 1},
      {<<?1, 0x0C>>, 1},
      {<<0xC2, 0xA0, ?1>>, 0},
      {"\"a\nb\"", 2},
      {<<?", 0, ?">>, 1},
      {<<?", 255, ?">>, 1},
      {<<?", 0xED, 0xA0, 0x80, ?">>, 1},
      {<<?", 0xC0, 0x80, ?">>, 1},
      {<<?", 0xE2, 0x82>>, 1},
      {<<0xEF, 0xBB, 0xBF, ?1>>, 0},
      {"[1] // no comments", 4},
      {<<0>>, 0}
    ]

    for {text, position} <- @malformed do
      test "refuses #{inspect(text)}" do
        assert {:error, %JSON.DecodeError{position: position} = error} =
                 JSON.decode(unquote(text))

        assert position == unquote(position)
        assert Exception.message(error) =~ "malformed JSON: "
        assert_raise JSON.DecodeError, fn -> JSON.decode!(unquote(text)) end
      end
    end

    test "limits depth, and counts containers that are open, not all of them" do
      assert {:ok, _} = JSON.decode(String.duplicate("[", 512) <> String.duplicate("]", 512))
      assert {:error, error} = JSON.decode(String.duplicate("[", 513))
      assert Exception.message(error) =~ "nested too deeply"

      nested = &(String.duplicate(~s({"a":), &1) <> "1" <> String.duplicate("}", &1))
      assert {:ok, _} = JSON.decode(nested.(512))
      assert {:error, %{position: 2560} = error} = JSON.decode(nested.(513))
      assert Exception.message(error) =~ "nested too deeply"
      assert {:error, %{position: 1}} = JSON.decode("[{}]", max_depth: 1)

      flat = "[" <> Enum.map_join(1..1000, ",", fn _ -> ~s([{"a":[]},{}]) end) <> "]"
      assert {:ok, list} = JSON.decode(flat, max_depth: 4)
      assert length(list) == 1000
      assert {:error, _} = JSON.decode(flat, max_depth: 3)
      assert {:ok, 1} = JSON.decode("1", max_depth: 0)
    end

    test "control characters are escaped in strings, each of them" do
      for byte <- 0..0x1F do
        assert {:error, error} = JSON.decode(<<?", ?a, byte, ?">>)

        assert Exception.message(error) ==
                 "malformed JSON: a control character must be escaped in a string at byte 2"

        escape = "\\u00" <> String.pad_leading(Integer.to_string(byte, 16), 2, "0")
        assert JSON.decode(<<?", escape::binary, ?">>) == {:ok, <<byte>>}
        assert {:ok, text} = JSON.encode(<<byte>>)
        assert text =~ ~r/^"\\([bfnrt]|u00[01][0-9a-f])"$/
        assert JSON.decode(text) == {:ok, <<byte>>}
      end
    end

    test "limits the length of a number" do
      digits = String.duplicate("9", 10_000)
      assert {:ok, number} = JSON.decode(digits)
      assert number == Integer.pow(10, 10_000) - 1
      assert {:error, error} = JSON.decode("[" <> digits <> "9]")

      assert Exception.message(error) ==
               "malformed JSON: a number has more than 10000 characters at byte 1"

      assert {:ok, _} = JSON.decode(digits <> "9", max_digits: :infinity)
      assert {:error, _} = JSON.decode("0." <> digits)
    end
  end

  describe "encode/1" do
    @encoded [
      {nil, "null"},
      {true, "true"},
      {:atom, ~s("atom")},
      {"", ~s("")},
      {"a\"b\\c", ~S("a\"b\\c")},
      {"\n\r\t\b\f", ~S("\n\r\t\b\f")},
      {<<0, 1, 0x1F, 0x7F>>, ~S("\u0000\u0001\u001f) <> <<0x7F>> <> ~s(")},
      {"/€😀", ~s("/€😀")},
      {"\"", ~S("\"")},
      {"\"\"", ~S("\"\"")},
      {"é\"é", ~S("é\"é")},
      {0, "0"},
      {-5, "-5"},
      {123_456_789_012_345_678_901_234_567_890, "123456789012345678901234567890"},
      {1.0, "1.0"},
      {0.1, "0.1"},
      {-0.0, "-0.0"},
      {[], "[]"},
      {[1, [2]], "[1,[2]]"},
      {%{}, "{}"},
      {%{1 => :a}, ~s({"1":"a"})},
      {%{a: %{"b" => nil}}, ~s({"a":{"b":null}})}
    ]

    for {term, text} <- @encoded do
      test "writes #{inspect(term)}" do
        assert JSON.encode(unquote(Macro.escape(term))) == {:ok, unquote(text)}
      end
    end

    test "refuses what has no JSON form, and says why" do
      for {term, reason} <- [
            {{1}, "tuples have no JSON form"},
            {self(), "no JSON form"},
            {fn -> 1 end, "no JSON form"},
            {make_ref(), "no JSON form"},
            {<<1::3>>, "no JSON form"},
            {[1 | 2], "improper list"},
            {[a: 1], "tuples have no JSON form"},
            {<<255>>, "byte 0 is not UTF-8"},
            {"ab\"" <> <<0xED, 0xA0, 0x80>>, "byte 3 is not UTF-8"},
            {%{nil => 1}, "key of a map"},
            {%{1.5 => 1}, "key of a map"},
            {%{{1} => 1}, "key of a map"},
            {%{<<255>> => 1}, "byte 0 is not UTF-8"},
            {%{1 => :a, "1" => :b}, "same name"},
            {%{:a => 1, "a" => 2, "b" => 3}, "same name"},
            {%Refused{}, "@derive ElixirWorkers.JSON.Encoder"},
            {%{a: [%Refused{}]}, "@derive"}
          ] do
        assert {:error, %JSON.EncodeError{} = error} = JSON.encode(term)
        assert Exception.message(error) =~ reason
        assert_raise JSON.EncodeError, fn -> JSON.encode!(term) end
      end
    end

    test "maps with keys of several types whose names differ are fine" do
      assert JSON.decode!(JSON.encode!(%{:a => 1, "b" => 2, 3 => 3})) ==
               %{"a" => 1, "b" => 2, "3" => 3}
    end

    test "structs follow the protocol" do
      assert JSON.encode!(%Derived{name: "x", secret: "y"}) == ~s({"name":"x"})
      assert JSON.encode!(%DerivedExcept{name: "x", secret: "y"}) == ~s({"name":"x"})
      assert JSON.encode!([%Money{cents: 5}]) == ~s([{"cents":5}])
      assert JSON.encode!(~D[2026-11-23]) == ~s("2026-11-23")
      assert JSON.encode!(~U[2026-11-23 10:00:00Z]) == ~s("2026-11-23T10:00:00Z")
    end

    test "deriving an unknown field does not compile" do
      code = """
      defmodule ElixirWorkers.JSONTest.Wrong do
        @derive {ElixirWorkers.JSON.Encoder, only: [:nam]}
        defstruct [:name]
      end
      """

      assert_raise ArgumentError, ~r/has no field :nam/, fn -> Code.eval_string(code) end
    end
  end

  test "floats and integers survive the way there and back" do
    :rand.seed(:exsss, {1, 2, 3})

    for _ <- 1..2000 do
      <<float::float>> = random_float()
      assert JSON.decode!(JSON.encode!(float)) === float
      integer = :rand.uniform(Integer.pow(2, :rand.uniform(300))) * Enum.random([1, -1])
      assert JSON.decode!(JSON.encode!(integer)) === integer
    end
  end

  test "terms survive the way there and back" do
    :rand.seed(:exsss, {4, 5, 6})

    for _ <- 1..500 do
      term = random_term(4)
      assert JSON.decode!(JSON.encode!(term)) === term
    end
  end

  test "a megabyte of escapes, of names and of nesting side by side" do
    for term <- [
          String.duplicate("\"\\\n", 300_000),
          Map.new(1..30_000, &{"name \n #{&1}", &1}),
          for(n <- 1..50_000, do: [[[n]]])
        ] do
      assert JSON.decode!(JSON.encode!(term)) == term
    end
  end

  test "decoding text with bytes changed never raises" do
    :rand.seed(:exsss, {7, 8, 9})

    for _ <- 1..2000 do
      text = JSON.encode!(random_term(3))
      at = :rand.uniform(byte_size(text)) - 1
      {before, rest} = {binary_part(text, 0, at), binary_part(text, at, byte_size(text) - at)}
      mutated = before <> <<:rand.uniform(256) - 1>> <> binary_part(rest, 1, byte_size(rest) - 1)

      case JSON.decode(mutated) do
        {:ok, term} -> assert JSON.decode!(JSON.encode!(term)) === term
        {:error, %JSON.DecodeError{position: position}} -> assert position <= byte_size(mutated)
      end
    end
  end

  defp random_float do
    case :rand.bytes(8) do
      <<float::float>> -> <<float::float>>
      _nan_or_infinity -> random_float()
    end
  end

  defp random_term(0), do: random_scalar()

  defp random_term(depth) do
    case :rand.uniform(3) do
      1 -> random_scalar()
      2 -> for _ <- 1..:rand.uniform(4), do: random_term(depth - 1)
      3 -> for _ <- 1..:rand.uniform(4), into: %{}, do: {random_string(), random_term(depth - 1)}
    end
  end

  defp random_scalar do
    case :rand.uniform(4) do
      1 -> Enum.random([nil, true, false, 0, -1])
      2 -> :rand.uniform(1_000_000_000_000)
      3 -> :rand.uniform() * 1.0e10
      4 -> random_string()
    end
  end

  defp random_string do
    for _ <- 1..:rand.uniform(8),
        into: "",
        do: <<Enum.random([?a, ?", ?\\, 0, 31, ?\n, 0x7F, 0xE9, 0x20AC, 0x1F600])::utf8>>
  end
end

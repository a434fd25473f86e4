defmodule ElixirWorkers.HTML do
  @moduledoc """
  HTML without a template engine: text is escaped unless it says that it is HTML.

  `{:safe, iodata}` marks HTML. `tag/3` returns it and takes it as content, so tags nest; strings inside are escaped.
  """

  import Kernel, except: [to_string: 1]

  @typedoc "HTML that needs no escaping any more."
  @type safe :: {:safe, iodata()}

  @typedoc "What a tag may hold: text, which is escaped, HTML, numbers, nothing, or a list of these."
  @type content :: String.t() | number() | atom() | safe() | [content()]

  # HTML standard, "void elements": they have no content and no end tag.
  @void ~w(area base br col embed hr img input link meta source track wbr)

  @doc """
  Escapes text for HTML content and for quoted attributes.

      iex> ElixirWorkers.HTML.escape(~s(<b>"Tom" & 'Jerry'</b>))
      "&lt;b&gt;&quot;Tom&quot; &amp; &#39;Jerry&#39;&lt;/b&gt;"
  """
  @spec escape(String.t() | number() | atom()) :: String.t()
  def escape(text) when is_binary(text), do: IO.iodata_to_binary(escape(text, text, 0, 0))
  def escape(nil), do: ""
  def escape(value), do: escape(Kernel.to_string(value))

  # text[from..from+length] is plain; rest follows it.
  defp escape(<<byte, rest::bits>>, text, from, length) when byte in [?<, ?>, ?&, ?", ?'] do
    [binary_part(text, from, length), entity(byte) | escape(rest, text, from + length + 1, 0)]
  end

  defp escape(<<_byte, rest::bits>>, text, from, length), do: escape(rest, text, from, length + 1)
  defp escape(<<>>, text, 0, _length), do: [text]
  defp escape(<<>>, text, from, length), do: [binary_part(text, from, length)]

  defp entity(?<), do: "&lt;"
  defp entity(?>), do: "&gt;"
  defp entity(?&), do: "&amp;"
  defp entity(?"), do: "&quot;"
  defp entity(?'), do: "&#39;"

  @doc """
  Builds an element. Attribute values and text are escaped; an attribute that is `true` stands alone, one that is
  `false` or `nil` is left out.

  Raises `ArgumentError` for a name that is not one.

      iex> tag = ElixirWorkers.HTML.tag("a", [href: "/?a&b", hidden: true], "1 < 2")
      iex> ElixirWorkers.HTML.to_string(tag)
      ~s(<a href="/?a&amp;b" hidden>1 &lt; 2</a>)

      iex> list = ElixirWorkers.HTML.tag("ul", for(n <- 1..2, do: ElixirWorkers.HTML.tag("li", n)))
      iex> ElixirWorkers.HTML.to_string(list)
      "<ul><li>1</li><li>2</li></ul>"
  """
  @spec tag(String.t() | atom(), Enumerable.t(), content()) :: safe()
  def tag(name, attributes, content) do
    name = name!(name)
    open = [?<, name, Enum.map(attributes, &attribute/1), ?>]

    if name in @void,
      do: {:safe, open},
      else: {:safe, [open, content(content), "</", name, ?>]}
  end

  @doc """
  Builds an element without attributes.

      iex> ElixirWorkers.HTML.to_string(ElixirWorkers.HTML.tag("p", "hi"))
      "<p>hi</p>"
  """
  @spec tag(String.t() | atom(), content()) :: safe()
  def tag(name, content), do: tag(name, [], content)

  @doc """
  Marks iodata as HTML that needs no escaping. Never do this to what comes from outside.

      iex> ElixirWorkers.HTML.to_string(ElixirWorkers.HTML.tag("p", ElixirWorkers.HTML.raw("<br>")))
      "<p><br></p>"
  """
  @spec raw(iodata()) :: safe()
  def raw(html) when is_binary(html) or is_list(html), do: {:safe, html}

  @doc """
  Turns content into a string of HTML; text is escaped.

      iex> ElixirWorkers.HTML.to_string(["a < b", ElixirWorkers.HTML.raw("<br>")])
      "a &lt; b<br>"
  """
  @spec to_string(content()) :: String.t()
  def to_string(content), do: IO.iodata_to_binary(content(content))

  defp content({:safe, html}), do: html
  defp content(list) when is_list(list), do: Enum.map(list, &content/1)
  defp content(text), do: escape(text)

  defp attribute({_name, value}) when value in [false, nil], do: []
  defp attribute({name, true}), do: [?\s, name!(name)]
  defp attribute({name, value}), do: [?\s, name!(name), ~s(="), escape(value), ?"]

  defp name!(name) do
    text = Kernel.to_string(name)

    if text != "" and name?(text),
      do: text,
      else: raise(ArgumentError, "not the name of an HTML element or attribute: #{inspect(name)}")
  end

  defp name?(<<byte, rest::binary>>)
       when byte in ?a..?z or byte in ?A..?Z or byte in ?0..?9 or byte in [?-, ?_, ?:, ?.],
       do: name?(rest)

  defp name?(rest), do: rest == ""
end

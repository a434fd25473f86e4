defprotocol Leaf.Escape do
  @moduledoc "What a template may show, and how."

  @fallback_to_any true

  @doc "HTML of a value."
  @spec to_iodata(t()) :: iodata()
  def to_iodata(value)
end

defimpl Leaf.Escape, for: BitString do
  def to_iodata(text), do: for(<<byte <- text>>, into: "", do: entity(byte))

  defp entity(?<), do: "&lt;"
  defp entity(?>), do: "&gt;"
  defp entity(?&), do: "&amp;"
  defp entity(?"), do: "&quot;"
  defp entity(?'), do: "&#39;"
  defp entity(byte), do: <<byte>>
end

defimpl Leaf.Escape, for: Tuple do
  def to_iodata({:safe, html}), do: html
  def to_iodata(other), do: raise(Protocol.UndefinedError, protocol: @protocol, value: other)
end

defimpl Leaf.Escape, for: Atom do
  def to_iodata(nil), do: ""
  def to_iodata(atom), do: Leaf.Escape.BitString.to_iodata(Atom.to_string(atom))
end

defimpl Leaf.Escape, for: Integer do
  def to_iodata(integer), do: Integer.to_string(integer)
end

defimpl Leaf.Escape, for: List do
  def to_iodata(list), do: Enum.map(list, &Leaf.Escape.to_iodata/1)
end

defimpl Leaf.Escape, for: [Date, Time, NaiveDateTime, DateTime] do
  def to_iodata(calendar), do: @for.to_iso8601(calendar)
end

defimpl Leaf.Escape, for: Any do
  def to_iodata(value), do: value |> to_string() |> Leaf.Escape.BitString.to_iodata()
end

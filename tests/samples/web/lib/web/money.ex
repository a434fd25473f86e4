defmodule Web.Money do
  @moduledoc "A struct with a protocol of Elixir's and one of the application's own."

  defstruct [:cents]

  @on_load :keep_sign
  def keep_sign, do: :persistent_term.put(__MODULE__, "€")

  def show(cents) do
    money = %__MODULE__{cents: String.to_integer(cents)}
    "#{money} #{Web.Label.text(money)} #{Web.Label.text(1)} #{Protocol.consolidated?(Web.Label)} #{:persistent_term.get(__MODULE__)}"
  end

  defimpl String.Chars do
    def to_string(%{cents: cents}), do: "#{div(cents, 100)},#{rem(cents, 100)}"
  end
end

defprotocol Web.Label do
  @fallback_to_any true
  def text(thing)
end

defimpl Web.Label, for: Web.Money do
  def text(_money), do: "money"
end

defimpl Web.Label, for: Any do
  def text(_thing), do: "thing"
end

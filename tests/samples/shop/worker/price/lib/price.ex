defmodule Price do
  @moduledoc "A struct of a dependency."
  defstruct [:amount]

  def new(amount), do: %Price{amount: amount}
end

defprotocol Shop.Label do
  @moduledoc "What stands on the shelf."
  def text(thing)
end

defimpl Shop.Label, for: Price do
  def text(price), do: "#{price.amount} #{:price_names.unit()}"
end

defimpl Shop.Label, for: MapSet do
  def text(_set), do: "never built in this application"
end

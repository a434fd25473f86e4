defmodule Leaf.Assigns do
  @moduledoc false

  defmodule MissingError do
    defexception [:template, :missing]

    @impl true
    def message(%{template: template, missing: missing}),
      do: "template #{template} needs #{Enum.map_join(missing, ", ", &"@#{&1}")}"
  end

  def new(template, required, assigns) do
    assigns = Map.new(assigns)

    case Enum.reject(required, &Map.has_key?(assigns, &1)) do
      [] -> assigns
      missing -> raise MissingError, template: template, missing: missing
    end
  end
end

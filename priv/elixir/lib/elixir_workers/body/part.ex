defmodule ElixirWorkers.Body.Part do
  @moduledoc """
  A part of a posted form that is still coming in; see `ElixirWorkers.Body.Multipart.stream/2`.

    * `:name` - that of the field;
    * `:filename` - of a file what the client calls it, without folders; nil for a text;
    * `:content_type` - what the client claims;
    * `:body` - an `ElixirWorkers.BodyStream`, read once, and before the next part is asked for.
  """

  alias ElixirWorkers.BodyStream

  @type t :: %__MODULE__{
          name: String.t(),
          filename: String.t() | nil,
          content_type: String.t(),
          body: BodyStream.t()
        }
  @enforce_keys [:name, :filename, :content_type, :body]
  defstruct [:name, :filename, :content_type, :body]
end

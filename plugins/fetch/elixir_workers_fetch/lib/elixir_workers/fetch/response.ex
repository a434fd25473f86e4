defmodule ElixirWorkers.Fetch.Response do
  @moduledoc """
  What a server has answered: its head is here, its body comes in as it is read.

    * `:status` - `200`;
    * `:headers` - `[{"content-type", "text/plain"}]`, names in lower case, each `set-cookie` by itself;
    * `:url` - where the answer came from, after redirects;
    * `:body` - an `ElixirWorkers.BodyStream`, decoded if it was compressed.
  """

  alias ElixirWorkers.BodyStream

  @enforce_keys [:status, :headers, :url, :body]
  defstruct [:status, :headers, :url, :body]

  @type t :: %__MODULE__{
          status: 200..599,
          headers: [{String.t(), String.t()}],
          url: String.t(),
          body: BodyStream.t()
        }
end

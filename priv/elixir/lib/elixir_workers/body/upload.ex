defmodule ElixirWorkers.Body.Upload do
  @moduledoc """
  A file of a posted form: its bytes, and what the client says about it.

  The name is the client's and may be anything, `"../../etc/passwd"` too; `ElixirWorkers.Body.Multipart` keeps what
  follows the last slash or backslash of it. The content type is what the client claims.
  """

  @type t :: %__MODULE__{filename: String.t(), content_type: String.t(), data: binary()}
  @enforce_keys [:filename, :content_type, :data]
  defstruct [:filename, :content_type, :data]
end

defmodule ElixirWorkers.Signed do
  @moduledoc "Signs the bodies of responses: `x-signature` is their HMAC with SHA-256."

  @behaviour ElixirWorkers.Middleware

  alias ElixirWorkers.{Conn, Middleware}

  @impl true
  def call(conn, [key: name], next) do
    answered = next.(conn)
    mac = :crypto.mac(:hmac, :sha256, Middleware.secret!(conn, name), answered["resp_body"])
    Conn.put_resp_header(answered, "x-signature", Base.encode16(mac, case: :lower))
  end
end

defmodule Tokens.Router do
  @moduledoc "What a client can check with its own `crypto` and `zlib`."

  use ElixirWorkers.Router

  @impl true
  def middleware, do: []

  @impl true
  def routes do
    [
      {:get, "/sign/:text", &sign/2},
      {:get, "/verify/:token", &verify/2},
      {:get, "/encrypt/:text", &encrypt/2},
      {:get, "/signature/:text", &signature/2},
      {:get, "/random", fn conn -> Conn.text(conn, encode(:crypto.strong_rand_bytes(32))) end},
      {:get, "/gzip/:text", &gzip/2},
      {:post, "/gunzip", fn conn -> Conn.text(conn, :zlib.gunzip(conn["body"])) end}
    ]
  end

  def sign(conn, %{"text" => text}) do
    Conn.text(conn, encode(text) <> "." <> encode(mac(text)))
  end

  def verify(conn, %{"token" => token}) do
    with [text, mac] <- String.split(token, "."),
         {:ok, text} <- Base.url_decode64(text, padding: false),
         {:ok, mac} <- Base.url_decode64(mac, padding: false),
         true <- byte_size(mac) == 32 and :crypto.hash_equals(mac, mac(text)) do
      Conn.text(conn, text)
    else
      _ -> Conn.text(conn, 401, "no")
    end
  end

  @doc "Nonce, tag, cipher text."
  def encrypt(conn, %{"text" => text}) do
    nonce = :crypto.strong_rand_bytes(12)

    {encrypted, tag} =
      :crypto.crypto_one_time_aead(:aes_256_gcm, key("encrypted"), nonce, text, "tokens", true)

    Conn.text(conn, encode(nonce <> tag <> encrypted))
  end

  @doc "A public key and an Ed25519 signature."
  def signature(conn, %{"text" => text}) do
    {public, private} = :crypto.generate_key(:eddsa, :ed25519)
    signature = :crypto.sign(:eddsa, :none, text, [private, :ed25519])
    Conn.text(conn, encode(public <> signature))
  end

  def gzip(conn, %{"text" => text}) do
    Conn.send_resp(conn, 200, "application/gzip", :zlib.gzip(text))
  end

  defp mac(text), do: :crypto.mac(:hmac, :sha256, key("signed"), text)

  defp key(salt), do: :crypto.pbkdf2_hmac(:sha256, "the secret key base", salt, 1000, 32)

  defp encode(bytes), do: Base.url_encode64(bytes, padding: false)
end

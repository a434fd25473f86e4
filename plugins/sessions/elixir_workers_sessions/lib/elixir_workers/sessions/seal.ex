defmodule ElixirWorkers.Sessions.Seal do
  @moduledoc """
  Bytes that pass through a browser, which may not change them, and, when they are encrypted, not read them.

      signed       base64url(bytes) "." base64url(HMAC-SHA256)
      encrypted    base64url(salt:16 ciphertext tag:16), AES-256-GCM

  Keys come from the secret by HKDF-SHA256 (RFC 5869) and are bound to the protection and to a purpose, the name of the
  cookie: what was sealed for one opens for no other. An encrypted text has a key and a nonce of its own, by its salt.
  """

  @typedoc "How bytes are protected."
  @type protection :: :signed | :encrypted

  @salt_bytes 16
  @tag_bytes 16
  @key_bytes 32
  @nonce_bytes 12
  @extract_salt "elixir-workers sessions 1"

  @doc """
  Seals bytes for a purpose.

      iex> alias ElixirWorkers.Sessions.Seal
      iex> sealed = Seal.seal("bytes", :encrypted, "a secret", "session")
      iex> Seal.open(sealed, :encrypted, "a secret", "session")
      {:ok, "bytes"}
      iex> Seal.open(sealed, :encrypted, "a secret", "another cookie")
      :error
  """
  @spec seal(binary(), protection(), secret :: binary(), purpose :: String.t()) :: String.t()
  def seal(bytes, :signed, secret, purpose) do
    body = encode(bytes)
    body <> "." <> encode(mac(body, secret, purpose))
  end

  def seal(bytes, :encrypted, secret, purpose) do
    salt = :crypto.strong_rand_bytes(@salt_bytes)
    {key, nonce} = key_and_nonce(secret, purpose, salt)

    {ciphertext, tag} =
      :crypto.crypto_one_time_aead(:aes_256_gcm, key, nonce, bytes, "", @tag_bytes, true)

    encode(salt <> ciphertext <> tag)
  end

  @doc """
  Opens what was sealed with the same protection, secret and purpose; anything else is an error that tells nothing.
  """
  @spec open(String.t(), protection(), secret :: binary(), purpose :: String.t()) ::
          {:ok, binary()} | :error
  def open(sealed, :signed, secret, purpose) do
    with [body, mac] <- String.split(sealed, "."),
         {:ok, mac} <- decode(mac),
         true <- equal?(mac, mac(body, secret, purpose)),
         {:ok, bytes} <- decode(body) do
      {:ok, bytes}
    else
      _other -> :error
    end
  end

  def open(sealed, :encrypted, secret, purpose) do
    with {:ok, <<salt::binary-size(@salt_bytes), rest::binary>>} <- decode(sealed),
         {:ok, ciphertext, tag} <- split_tag(rest),
         {key, nonce} = key_and_nonce(secret, purpose, salt),
         bytes when is_binary(bytes) <-
           :crypto.crypto_one_time_aead(:aes_256_gcm, key, nonce, ciphertext, "", tag, false) do
      {:ok, bytes}
    else
      _other -> :error
    end
  end

  defp split_tag(bytes) when byte_size(bytes) >= @tag_bytes do
    at = byte_size(bytes) - @tag_bytes
    {:ok, binary_part(bytes, 0, at), binary_part(bytes, at, @tag_bytes)}
  end

  defp split_tag(_too_short), do: :error

  @doc """
  Compares two binaries in a time that depends on their sizes alone.

      iex> {ElixirWorkers.Sessions.Seal.equal?("ab", "ab"), ElixirWorkers.Sessions.Seal.equal?("ab", "abc")}
      {true, false}
  """
  @spec equal?(binary(), binary()) :: boolean()
  def equal?(a, b), do: byte_size(a) == byte_size(b) and :crypto.hash_equals(a, b)

  defp mac(body, secret, purpose),
    do: hmac(derive(secret, "signed " <> purpose, @key_bytes), body)

  defp key_and_nonce(secret, purpose, salt) do
    <<key::binary-size(@key_bytes), nonce::binary-size(@nonce_bytes)>> =
      derive(secret, ["encrypted ", purpose, 0, salt], @key_bytes + @nonce_bytes)

    {key, nonce}
  end

  @doc """
  HKDF-SHA256 with this module's salt: key material of `length` bytes, other for each `info`.
  """
  @spec derive(binary(), iodata(), 1..8160) :: binary()
  def derive(secret, info, length) do
    key = hmac(@extract_salt, secret)
    expand(key, info, length, "", "", 1)
  end

  defp expand(_key, _info, length, _last, done, _n) when byte_size(done) >= length,
    do: binary_part(done, 0, length)

  defp expand(key, info, length, last, done, n) do
    block = hmac(key, [last, info, n])
    expand(key, info, length, block, done <> block, n + 1)
  end

  defp hmac(key, data), do: :crypto.mac(:hmac, :sha256, key, data)

  defp encode(bytes), do: Base.url_encode64(bytes, padding: false)
  defp decode(text), do: Base.url_decode64(text, padding: false)
end

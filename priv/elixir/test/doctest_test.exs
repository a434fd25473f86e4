defmodule ElixirWorkers.DoctestTest do
  use ExUnit.Case, async: true

  doctest ElixirWorkers.App
  doctest ElixirWorkers.BindingError
  doctest ElixirWorkers.Bindings
  doctest ElixirWorkers.Body
  doctest ElixirWorkers.Body.MediaType
  doctest ElixirWorkers.Conn
  doctest ElixirWorkers.Conn.Cookie
  doctest ElixirWorkers.Error
  doctest ElixirWorkers.Events
  doctest ElixirWorkers.Fingerprint
  doctest ElixirWorkers.HTML
  doctest ElixirWorkers.HTTPDate
  doctest ElixirWorkers.Header
  doctest ElixirWorkers.JSON
  doctest ElixirWorkers.Middleware
  doctest ElixirWorkers.Middleware.SecurityHeaders
  doctest ElixirWorkers.Preconditions
  doctest ElixirWorkers.Router
  doctest ElixirWorkers.Router.Pattern
  doctest ElixirWorkers.Settings
  doctest ElixirWorkers.Status
  doctest ElixirWorkers.Test
  doctest ElixirWorkers.Transport.Host
  doctest ElixirWorkers.Transport.Wasi
  doctest ElixirWorkers.URL
end

# Application environment: put, get, fetch.
defmodule Oracle.ApplicationEnv do
  def start do
    IO.inspect(Application.get_env(:oracle_app, :key, :default))
    Application.put_env(:oracle_app, :key, nested: [1, 2])
    IO.inspect(Application.get_env(:oracle_app, :key))
    IO.inspect(Application.fetch_env(:oracle_app, :other))
    IO.inspect(Application.fetch_env!(:oracle_app, :key)[:nested])
    Application.delete_env(:oracle_app, :key)
    IO.inspect(Application.get_env(:oracle_app, :key))
  end
end

defmodule Outbox.Mailbox do
  @moduledoc "What became of mails, in the KV namespace `MAILBOX`: `delivered:ID` and `dead:ID`, with all about them as metadata."

  alias ElixirWorkers.KV

  @namespace "MAILBOX"

  @type box :: :delivered | :dead

  @doc "Keeps a mail; the same one a second time changes nothing, as a queue may deliver twice."
  @spec put(box(), String.t(), map()) :: :ok
  def put(box, id, mail) do
    mail = Map.put(mail, :at, System.os_time(:second))
    KV.put!(@namespace, "#{box}:#{id}", "", metadata: mail)
  end

  @doc "All mails of a box."
  @spec all(box()) :: [%{required(:id) => String.t(), required(:at) => integer()}]
  def all(box) do
    prefix = "#{box}:"

    for %{name: name, metadata: mail} <- KV.stream(@namespace, prefix: prefix) do
      id = String.replace_prefix(name, prefix, "")
      Map.merge(%{id: id, at: mail["at"]}, Map.delete(mail, "at"))
    end
  end

  @doc "Removes a mail."
  @spec delete(box(), String.t()) :: :ok
  def delete(box, id), do: KV.delete!(@namespace, "#{box}:#{id}")
end

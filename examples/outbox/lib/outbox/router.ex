defmodule Outbox.Router do
  @moduledoc "Every route of the worker, and who answers it. A mail is accepted here and delivered later, behind the queue."

  use ElixirWorkers.Router

  alias ElixirWorkers.Queues
  alias Outbox.Mailbox

  @queue "MAILS"

  @impl true
  def routes do
    [
      {:get, "/mails", &index/1},
      {:get, "/dead-mails", &dead/1},
      {:post, "/mails", &create/1}
    ]
  end

  def index(conn), do: Conn.json(conn, Mailbox.all(:delivered))

  def dead(conn), do: Conn.json(conn, Mailbox.all(:dead))

  @doc "One mail, or a list of them; whether one can be delivered, only the mailer knows."
  def create(conn) do
    sent =
      case conn["parsed_body"] do
        mails when is_list(mails) -> Queues.send_batch(@queue, mails)
        mail -> Queues.send(@queue, mail)
      end

    case sent do
      :ok -> Conn.json(conn, 202, %{accepted: true})
      {:error, %{code: "too_large"} = error} -> Conn.json(conn, 413, %{error: error.message})
      {:error, error} -> raise error
    end
  end
end

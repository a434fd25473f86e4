defmodule Outbox.Mailer do
  @moduledoc """
  Delivers the mails of the queue `mails`: here into KV, where a real one would call a service.

  Hosts named `busy` take a mail at the second attempt. A mail without `to` and `subject` raises here, comes again twice,
  and ends up with `Outbox.DeadLetters`.
  """

  @behaviour ElixirWorkers.Queues.Consumer

  alias ElixirWorkers.Conn
  alias Outbox.Mailbox

  @impl true
  def handle_message(%{body: %{"to" => to, "subject" => subject}} = message, context) do
    if String.ends_with?(to, "@busy.example") and message.attempts == 1 do
      Conn.log(context, :notice, "#{to} is busy")
      {:retry, 1}
    else
      Mailbox.put(:delivered, message.id, %{to: to, subject: subject, attempts: message.attempts})
    end
  end
end

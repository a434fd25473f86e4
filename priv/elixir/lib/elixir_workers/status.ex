defmodule ElixirWorkers.Status do
  @moduledoc """
  HTTP status codes, their names and reason phrases (RFC 9110 §15 and the IANA registry).
  """

  @typedoc "A status as a number or as a name, such as `404` or `:not_found`."
  @type t :: 200..599 | atom()

  # The table: every row becomes one clause of code/1 and one of reason/1.
  @statuses [
    {200, :ok, "OK"},
    {201, :created, "Created"},
    {202, :accepted, "Accepted"},
    {203, :non_authoritative_information, "Non-Authoritative Information"},
    {204, :no_content, "No Content"},
    {205, :reset_content, "Reset Content"},
    {206, :partial_content, "Partial Content"},
    {207, :multi_status, "Multi-Status"},
    {208, :already_reported, "Already Reported"},
    {226, :im_used, "IM Used"},
    {300, :multiple_choices, "Multiple Choices"},
    {301, :moved_permanently, "Moved Permanently"},
    {302, :found, "Found"},
    {303, :see_other, "See Other"},
    {304, :not_modified, "Not Modified"},
    {307, :temporary_redirect, "Temporary Redirect"},
    {308, :permanent_redirect, "Permanent Redirect"},
    {400, :bad_request, "Bad Request"},
    {401, :unauthorized, "Unauthorized"},
    {402, :payment_required, "Payment Required"},
    {403, :forbidden, "Forbidden"},
    {404, :not_found, "Not Found"},
    {405, :method_not_allowed, "Method Not Allowed"},
    {406, :not_acceptable, "Not Acceptable"},
    {407, :proxy_authentication_required, "Proxy Authentication Required"},
    {408, :request_timeout, "Request Timeout"},
    {409, :conflict, "Conflict"},
    {410, :gone, "Gone"},
    {411, :length_required, "Length Required"},
    {412, :precondition_failed, "Precondition Failed"},
    {413, :content_too_large, "Content Too Large"},
    {414, :uri_too_long, "URI Too Long"},
    {415, :unsupported_media_type, "Unsupported Media Type"},
    {416, :range_not_satisfiable, "Range Not Satisfiable"},
    {417, :expectation_failed, "Expectation Failed"},
    {421, :misdirected_request, "Misdirected Request"},
    {422, :unprocessable_content, "Unprocessable Content"},
    {423, :locked, "Locked"},
    {424, :failed_dependency, "Failed Dependency"},
    {425, :too_early, "Too Early"},
    {426, :upgrade_required, "Upgrade Required"},
    {428, :precondition_required, "Precondition Required"},
    {429, :too_many_requests, "Too Many Requests"},
    {431, :request_header_fields_too_large, "Request Header Fields Too Large"},
    {451, :unavailable_for_legal_reasons, "Unavailable For Legal Reasons"},
    {500, :internal_server_error, "Internal Server Error"},
    {501, :not_implemented, "Not Implemented"},
    {502, :bad_gateway, "Bad Gateway"},
    {503, :service_unavailable, "Service Unavailable"},
    {504, :gateway_timeout, "Gateway Timeout"},
    {505, :http_version_not_supported, "HTTP Version Not Supported"},
    {506, :variant_also_negotiates, "Variant Also Negotiates"},
    {507, :insufficient_storage, "Insufficient Storage"},
    {508, :loop_detected, "Loop Detected"},
    {511, :network_authentication_required, "Network Authentication Required"}
  ]

  @doc """
  Returns the number of a status given as a number or a name.

  Raises `ArgumentError` for a number outside 200..599 and for an unknown name: a worker can send nothing else.

      iex> ElixirWorkers.Status.code(201)
      201
      iex> ElixirWorkers.Status.code(:not_found)
      404
      iex> ElixirWorkers.Status.code(99)
      ** (ArgumentError) a response status must be an integer from 200 to 599 or a name such as :not_found, got: 99
  """
  @spec code(t()) :: 200..599
  def code(status)
  def code(status) when is_integer(status) and status in 200..599, do: status
  for {code, name, _reason} <- @statuses, do: def(code(unquote(name)), do: unquote(code))

  def code(other) do
    raise ArgumentError,
          "a response status must be an integer from 200 to 599 or a name such as :not_found, got: " <>
            inspect(other)
  end

  @doc """
  Returns the reason phrase of a status code.

      iex> ElixirWorkers.Status.reason(404)
      "Not Found"
      iex> ElixirWorkers.Status.reason(299)
      "Unknown Status"
  """
  @spec reason(integer()) :: String.t()
  def reason(code)
  for {code, _name, reason} <- @statuses, do: def(reason(unquote(code)), do: unquote(reason))
  def reason(code) when is_integer(code), do: "Unknown Status"

  @doc """
  Tells whether a response with this status never has a body (RFC 9110 §6.4.1 and the Fetch standard).

      iex> ElixirWorkers.Status.bodiless?(204)
      true
      iex> ElixirWorkers.Status.bodiless?(200)
      false
  """
  @spec bodiless?(integer()) :: boolean()
  def bodiless?(code) when is_integer(code), do: code in [204, 205, 304]
end

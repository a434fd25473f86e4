import Config

config :bookshop, currency: "EUR"
config :hoard, default_ttl_ms: 1_000

config :logger, :console, format: "$message $metadata", metadata: [:store, :limit, :isbn]

import_config "#{config_env()}.exs"

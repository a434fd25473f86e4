import Config

config :bookshop, currency: System.fetch_env!("BOOKSHOP_CURRENCY")

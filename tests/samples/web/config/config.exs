import Config

config :web, style: [upper: true]

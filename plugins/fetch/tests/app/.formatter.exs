[
  inputs: [
    "{mix,.formatter}.exs",
    "{lib,test}/**/*.{ex,exs}",
    "../../elixir_workers_fetch/lib/**/*.ex"
  ],
  locals_without_parens: [get: 2, post: 2]
]

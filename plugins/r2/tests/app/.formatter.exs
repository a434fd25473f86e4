[
  inputs: [
    "{mix,.formatter}.exs",
    "{lib,test}/**/*.{ex,exs}",
    "../../elixir_workers_r2/lib/**/*.ex"
  ],
  locals_without_parens: [get: 2, put: 2, post: 2]
]

[
  import_deps: [:elixir_workers],
  inputs: [
    "{mix,.formatter}.exs",
    "{config,lib}/**/*.{ex,exs}",
    "libs/*/mix.exs",
    "libs/*/lib/**/*.ex"
  ],
  locals_without_parens: [template: 1, template: 2]
]

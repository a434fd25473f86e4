words = [
  get: 2,
  head: 2,
  post: 2,
  put: 2,
  patch: 2,
  delete: 2,
  options: 2,
  any: 2,
  match: 3,
  scope: 2,
  scope: 3,
  forward: 2
]

[
  inputs: ["{mix,.formatter}.exs", "{lib,test}/**/*.{ex,exs}"],
  locals_without_parens: words,
  export: [locals_without_parens: words]
]

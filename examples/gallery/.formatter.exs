[
  inputs: ["{mix,.formatter}.exs", "{lib,test}/**/*.{ex,exs}"],
  locals_without_parens: [delete: 2, get: 2, post: 2, put: 2]
]

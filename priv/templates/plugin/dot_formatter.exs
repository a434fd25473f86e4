[
  inputs: [
    ".formatter.exs",
    "{{package}}/lib/**/*.ex",
    "tests/app/**/*.{ex,exs}"
  ]
]

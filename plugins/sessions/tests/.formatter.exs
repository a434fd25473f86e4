[inputs: ["{mix,.formatter}.exs", "test/*.exs", "../*/lib/**/*.ex"]]

[inputs: ["*.exs", ".formatter.exs", "../*/lib/**/*.ex"]]

# Run by mix.py inside the application's project, after it has been compiled: writes what the build needs to know about it
# as an external term. No term here depends on the machine but for the paths.
config = Mix.Project.config()

apps =
  case Mix.Project.apps_paths() do
    nil -> [config[:app]]
    paths -> paths |> Map.keys() |> Enum.sort()
  end

ebin = fn app -> Path.join([Mix.Project.build_path(), "lib", Atom.to_string(app), "ebin"]) end
dependencies = (Mix.Project.deps_paths() |> Map.keys() |> Enum.sort()) -- apps

description = %{
  app_ebins: Enum.map(apps, ebin),
  dependency_ebins: Enum.map(dependencies, ebin),
  consolidated: Mix.Project.consolidation_path(config),
  build_path: Mix.Project.build_path(),
  source_roots: [File.cwd!() | Map.values(Mix.Project.deps_paths())]
}

File.write!(System.fetch_env!("ELIXIR_WORKERS_DESCRIPTION"), :erlang.term_to_binary(description))

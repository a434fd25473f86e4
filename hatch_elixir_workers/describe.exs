# Run by mix.py inside the application's project, after it has been compiled: writes what the build needs to know about it
# as an external term. No term here depends on the machine but for the paths.
config = Mix.Project.config()

apps =
  case Mix.Project.apps_paths() do
    nil -> [config[:app]]
    paths -> paths |> Map.keys() |> Enum.sort()
  end

folder = fn app, name -> Path.join([Mix.Project.build_path(), "lib", Atom.to_string(app), name]) end
ebin = fn app -> folder.(app, "ebin") end
dependencies = (Mix.Project.deps_paths() |> Map.keys() |> Enum.sort()) -- apps

# As in a release: what config.exs says wins over the application's own environment. config/runtime.exs is left out, for
# it would put secrets of the building machine into the bundle.
configured =
  if File.regular?(config[:config_path]),
    do: Config.Reader.read!(config[:config_path], env: Mix.env(), target: Mix.target()),
    else: []

own = fn app ->
  case :file.consult(Path.join(ebin.(app), "#{app}.app")) do
    {:ok, [{:application, ^app, properties}]} -> Keyword.get(properties, :env, [])
    {:error, :enoent} -> []
  end
end

environment =
  for app <- Enum.sort(apps ++ dependencies),
      merged = Config.Reader.merge([{app, own.(app)}], Keyword.take(configured, [app])),
      merged[app] != [],
      do: {app, Enum.sort(merged[app])}

description = %{
  app_ebins: Enum.map(apps, ebin),
  dependency_ebins: Enum.map(dependencies, ebin),
  consolidated: Mix.Project.consolidation_path(config),
  privs: Map.new(apps, &{Atom.to_string(&1), folder.(&1, "priv")}),
  environment: :erlang.term_to_binary(environment),
  build_path: Mix.Project.build_path(),
  source_roots: [File.cwd!() | Map.values(Mix.Project.deps_paths())]
}

File.write!(System.fetch_env!("ELIXIR_WORKERS_DESCRIPTION"), :erlang.term_to_binary(description))

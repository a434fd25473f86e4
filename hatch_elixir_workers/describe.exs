# Read by mix.py with `elixir -r describe.exs -S mix compile`: once mix has compiled the project and ends, writes what the
# build needs to know about it as an external term. No term here depends on the machine but for the paths.
#
# `mix run` would do for this, but it evaluates config/runtime.exs, which wants what only the running application has.
defmodule ElixirWorkers.Describe do
  def at_exit(0) do
    config = Mix.Project.config()
    apps = apps(config)
    dependencies = (Mix.Project.deps_paths() |> Map.keys() |> Enum.sort()) -- apps
    configured = configured(config)
    resources = apps |> closure([]) |> Enum.reverse()

    description = %{
      app_ebins: Enum.map(apps, &folder(&1, "ebin")),
      dependency_ebins: Enum.map(dependencies, &folder(&1, "ebin")),
      consolidated:
        if(config[:consolidate_protocols], do: Mix.Project.consolidation_path(config), else: nil),
      privs: privs(apps),
      dependency_privs: privs(dependencies),
      environment: :erlang.term_to_binary(environment(resources, configured)),
      applications: Enum.map(resources, &described(&1, apps, apps ++ dependencies)),
      absent_applications: absent(resources),
      runtime_config: File.regular?(Path.join(Path.dirname(config[:config_path]), "runtime.exs")),
      build_path: Mix.Project.build_path(),
      source_roots: [File.cwd!() | Map.values(Mix.Project.deps_paths())]
    }

    File.write!(
      System.fetch_env!("ELIXIR_WORKERS_DESCRIPTION"),
      :erlang.term_to_binary(description)
    )
  end

  def at_exit(_failed), do: :ok

  defp apps(config) do
    case Mix.Project.apps_paths() do
      nil -> [config[:app]]
      paths -> paths |> Map.keys() |> Enum.sort()
    end
  end

  defp privs(apps), do: Map.new(apps, &{Atom.to_string(&1), folder(&1, "priv")})

  defp folder(app, name),
    do: Path.join([Mix.Project.build_path(), "lib", Atom.to_string(app), name])

  # `[{app, properties}]` of the applications and all they need, each behind those that it needs, last first.
  defp closure(apps, found), do: Enum.reduce(apps, found, &reach/2)

  defp reach(app, found) do
    if List.keymember?(found, app, 0) do
      found
    else
      case resource(app) do
        {:ok, properties} -> [{app, properties} | closure(needed(properties), found)]
        :error -> found
      end
    end
  end

  defp needed(properties) do
    Keyword.get(properties, :applications, []) ++
      Keyword.get(properties, :optional_applications, []) ++
      Keyword.get(properties, :included_applications, [])
  end

  # {app, an application that it cannot do without and that is nowhere}
  defp absent(resources) do
    for {app, properties} <- Enum.reverse(resources),
        needed <- Enum.uniq(needed(properties)),
        needed not in Keyword.get(properties, :optional_applications, []),
        not List.keymember?(resources, needed, 0),
        do: {app, needed}
  end

  defp resource(app) do
    with path when is_list(path) <- :code.where_is_file(:"#{app}.app" |> Atom.to_charlist()),
         {:ok, [{:application, ^app, properties}]} <- :file.consult(path) do
      {:ok, properties}
    else
      _ -> :error
    end
  end

  # As in a release: what config.exs says wins over the application's own environment. config/runtime.exs is left out, for
  # it would put secrets of the building machine into the bundle.
  defp configured(config) do
    if File.regular?(config[:config_path]),
      do: Config.Reader.read!(config[:config_path], env: Mix.env(), target: Mix.target()),
      else: []
  end

  defp environment(resources, configured) do
    own = for {app, properties} <- resources, do: {app, Keyword.get(properties, :env, [])}
    merged = Config.Reader.merge(own, configured)
    for {app, [_ | _] = env} <- Enum.sort(merged), do: {app, Enum.sort(env)}
  end

  # {app, whether it is one of the project's own, whether it is from the project or its dependencies, properties}
  defp described({app, properties}, apps, of_project) do
    {app, app in apps, app in of_project, properties |> Keyword.delete(:env) |> Enum.sort()}
  end
end

System.at_exit(&ElixirWorkers.Describe.at_exit/1)

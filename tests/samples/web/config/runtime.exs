import Config

# Read where an application is started; a bundle is built elsewhere and must not hold any of it.
config :web, at_run_time: "secret of the building machine"

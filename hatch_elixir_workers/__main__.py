"""`python -m hatch_elixir_workers` is the `elixir-workers` command."""

from __future__ import annotations

from hatch_elixir_workers.cli import main

if __name__ == "__main__":
    main()

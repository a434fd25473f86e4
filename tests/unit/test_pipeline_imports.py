"""What a build with nothing new does not import: a third of its own time would go by there."""

from __future__ import annotations

import subprocess
import sys

ONLY_WITH_CHANGES = (
    *("beam_parts", "check", "condensed_archive", "condensed_term", "condenser", "machine_shake", "other_machine"),
    *("pack", "prune", "ranges", "relocate", "restorer", "routes", "shake", "shaken", "wasm", "wasm_linked", "why"),
)


def test_the_pipeline_begins_without_what_only_changes_need() -> None:
    code = "import hatch_elixir_workers.pipeline, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    imported = {name.removeprefix("hatch_elixir_workers.") for name in done.stdout.split()}
    assert {"pipeline", "selection", "beam"} <= imported
    assert imported.isdisjoint(ONLY_WITH_CHANGES)


def test_all_of_these_are_modules() -> None:
    code = "\n".join(f"import hatch_elixir_workers.{name}" for name in ONLY_WITH_CHANGES)
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0

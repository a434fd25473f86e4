"""Other releases of OTP and Elixir, from Debian, in `.cache/roots/`, beside the ones that are installed.

debootstrap downloads the packages and dpkg-deb unpacks them; no root, no chroot and no mount is needed. What is
unpacked would look for its libraries and its files under `/usr`, so executables get the unpacked dynamic loader and
library folder through patchelf, and the scripts that start Erlang get the unpacked folder's name.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from example import REPOSITORY, StepError, run

ROOTS = REPOSITORY / ".cache" / "roots"
PACKAGES = ("elixir", "erlang-nox", "erlang-dev")
COMMANDS = ("elixir", "elixirc", "erl", "erlc", "escript", "iex", "mix")
MIRROR = "DEBIAN_MIRROR"
_ERLANG = Path("usr/lib/erlang")
_ELF = b"\x7fELF"


@dataclass(frozen=True)
class Toolchain:
    """A release of Debian, and the OTP and Elixir that it is here for."""

    suite: str
    otp: str
    elixir: str

    @property
    def root(self) -> Path:
        return ROOTS / self.suite

    @property
    def bin(self) -> Path:
        """The folder to put first on PATH."""
        return self.root / "path"

    def environment(self) -> dict[str, str]:
        return {"PATH": f"{self.bin}{os.pathsep}{os.environ['PATH']}"}

    def install(self) -> None:
        """Unpacks the release unless it is there. Raises StepError."""
        if self.bin.is_dir() and _knows_its_place(self.root):
            return
        shutil.rmtree(self.root, ignore_errors=True)
        self.root.mkdir(parents=True)
        _download(self.suite, self.root)
        for package in sorted((self.root / "var/cache/apt/archives").glob("*.deb")):
            run(["dpkg-deb", "--extract", str(package), str(self.root)], self.root)
        shutil.rmtree(self.root / "var")
        _relocate(self.root)
        self.bin.mkdir()
        for command in COMMANDS:
            (self.bin / command).symlink_to(Path("../usr/bin") / command)

    def versions(self) -> tuple[str, str]:
        """OTP's release and Elixir's version, as they say themselves. Raises StepError when they do not run."""
        script = "IO.puts([System.otp_release(), ?\\s, System.version()])"
        otp, elixir = run([str(self.bin / "elixir"), "-e", script], self.root, self.environment()).stdout.split()
        return otp, elixir


TOOLCHAINS = (Toolchain("trixie", "27", "1.18"), Toolchain("sid", "29", "1.20"))


def mirror() -> str:
    """The archive that apt is configured with, unless `$DEBIAN_MIRROR` says another. Raises StepError without any."""
    if url := os.environ.get(MIRROR):
        return url
    form = "$(ORIGIN) $(LABEL) $(REPO_URI)"
    listed = run(["apt-get", "indextargets", "--format", form, "Created-By: Packages"], REPOSITORY)
    for line in listed.stdout.splitlines():
        origin, label, *url_parts = line.split(" ")
        if (origin, label) == ("Debian", "Debian"):
            return " ".join(url_parts)
    raise StepError(f"apt has no sources of Debian itself (or no lists yet: apt-get update); set {MIRROR} to a mirror")


def _download(suite: str, root: Path) -> None:
    debootstrap = shutil.which("debootstrap", path=f"{os.environ['PATH']}{os.pathsep}/usr/sbin")
    if debootstrap is None:
        raise StepError("debootstrap is missing: run .ci/setup matrix")
    options = ["--download-only", "--variant=minbase", f"--include={','.join(PACKAGES)}"]
    run([debootstrap, *options, suite, str(root), mirror()], root.parent)


def _knows_its_place(root: Path) -> bool:
    """False when the repository was moved after unpacking."""
    start = root / _ERLANG / "bin" / "erl"
    return start.is_file() and str(root) in start.read_text()


def _relocate(root: Path) -> None:
    """Makes executables and scripts of Erlang work from `root`."""
    loader = next((root / "usr").glob("lib*/**/ld-linux*.so.*"), None)
    libraries = next((root / "usr/lib").glob("*-linux-gnu*"), None)
    if loader is None or libraries is None:
        raise StepError(f"{root}: there is no dynamic loader among the packages")
    search = ["--force-rpath", "--set-rpath", str(libraries)]
    for file in _elf_files(root / _ERLANG):
        interpreter = [] if ".so" in file.suffixes else ["--set-interpreter", str(loader)]
        run(["patchelf", *interpreter, *search, str(file)], root)
    for script in [*(root / _ERLANG).glob("bin/*"), *(root / _ERLANG).glob("erts-*/bin/*")]:
        _rewrite(script, b"/" + bytes(_ERLANG), bytes(root / _ERLANG))


def _elf_files(folder: Path) -> Iterator[Path]:
    """Executables and shared objects; not the objects and archives for linking, which patchelf would refuse."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and path.suffix not in (".o", ".a", ".beam"):
            with path.open("rb") as file:
                if file.read(4) == _ELF:
                    path.chmod(path.stat().st_mode | stat.S_IWUSR)
                    yield path


def _rewrite(script: Path, old: bytes, new: bytes) -> None:
    if script.is_symlink() or not script.is_file():
        return
    content = script.read_bytes()
    if content.startswith(b"#!") and old in content:
        script.write_bytes(content.replace(old, new))

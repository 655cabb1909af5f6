"""A clone of the project in a folder of its own, in which commands are typed as a new user types them."""

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
#: what a machine needs to reach a package index: proxies, certificates, another index
_OF_THE_MACHINE = re.compile(r"(PIP|UV|SSL|REQUESTS)_.+|.+_PROXY", re.IGNORECASE)


@dataclass(kw_only=True)
class Typed:
    """A command that stays until it is interrupted, and what it has printed."""

    process: asyncio.subprocess.Process
    said: list[str] = field(default_factory=list)
    _more: asyncio.Condition = field(default_factory=asyncio.Condition)
    _over: bool = False

    async def read(self) -> None:
        """Read what it prints, to its end."""
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            async with self._more:
                self.said.append(line.decode())
                self._more.notify_all()
        async with self._more:
            self._over = True
            self._more.notify_all()

    async def until(self, pattern: str) -> re.Match[str]:
        """Return the first match in what it prints. Fails where it ends before."""
        async with self._more:
            while (found := re.search(pattern, "".join(self.said), re.MULTILINE)) is None:
                assert not self._over, f"ended without {pattern!r}: {''.join(self.said)}"
                await self._more.wait()
        return found


@dataclass(frozen=True, kw_only=True)
class Clone:
    """A folder with the project in it, and the environment of somebody who has nothing else."""

    folder: Path
    environ: Mapping[str, str]

    async def run(self, command: str, **settings: str) -> tuple[int, str]:
        """Type a command that ends by itself; its status, and what it printed."""
        process = await self._start(command, settings)
        said, _ = await process.communicate()
        assert process.returncode is not None
        return process.returncode, said.decode()

    @asynccontextmanager
    async def stays(self, command: str, **settings: str) -> AsyncIterator[Typed]:
        """Type a command that stays; at the end of the block it is interrupted as by Ctrl-C, and waited for."""
        typed = Typed(process=await self._start(command, settings))
        reading = asyncio.create_task(typed.read())
        try:
            yield typed
        finally:
            if typed.process.returncode is None:
                os.killpg(typed.process.pid, signal.SIGINT)
            await reading
            await typed.process.wait()

    async def _start(self, command: str, settings: Mapping[str, str]) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *("bash", "-euo", "pipefail", "-c", command),
            cwd=self.folder,
            env={**self.environ, **settings},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )


def _environment(home: Path) -> dict[str, str]:
    """A new user's: an empty home, no setting of the bot."""
    home.mkdir()
    kept = {name: value for name, value in os.environ.items() if _OF_THE_MACHINE.fullmatch(name)}
    return {**kept, "PATH": os.environ["PATH"], "HOME": str(home), "TMPDIR": str(home), "LANG": "C.UTF-8"}


def _git(*arguments: str, folder: Path) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True)  # noqa: S603, S607 -- as a new user
    return done.stdout


def prepared_clone(folder: Path) -> Clone:
    """A copy of the files as they are now, with the tools that run the tests in the place of installed ones."""
    names = _git("ls-files", "--cached", "--others", "--exclude-standard", "-z", folder=ROOT).split("\0")
    project = folder / "longtask"
    for name in filter(None, names):
        if (ROOT / name).is_file():
            (project / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, project / name)
    _stand_in(project / ".uv" / "bin", ())
    (project / ".uv" / "bin" / "uv").touch()
    _stand_in(project / ".venv" / "bin", ("python", "alembic", "ruff", "mypy", "lint-imports", "pytest"))
    (project / ".venv" / ".installed").touch()
    return Clone(folder=project, environ=_environment(folder / "home"))


def _stand_in(folder: Path, tools: Iterable[str]) -> None:
    folder.mkdir(parents=True)
    for name in tools:
        tool = folder / name
        tool.write_text(f'#!/bin/sh\nexec "{Path(sys.executable).with_name(name)}" "$@"\n', encoding="utf-8")
        tool.chmod(0o755)


def fresh_clone(folder: Path) -> Clone:
    """A clone of the last commit, in which nothing is installed. What was downloaded once is taken from uv's cache."""
    _git("clone", "--quiet", str(ROOT), str(folder / "longtask"), folder=folder)
    cache = os.environ.get("UV_CACHE_DIR", str(Path.home() / ".cache" / "uv"))
    environ = {
        **_environment(folder / "home"),
        "UV_CACHE_DIR": cache,
        "PYTHON": str(Path(sys.base_prefix) / "bin" / "python3"),
    }
    return Clone(folder=folder / "longtask", environ=environ)

"""Install the project as a platform does, and run the processes of its Procfile."""

import asyncio
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
#: the install command of Heroku's buildpack for Python (github.com/heroku/heroku-buildpack-python, lib/uv.sh); it
#: installs neither extras nor groups
INSTALL = "uv sync --locked --no-default-groups --compile-bytecode"
#: the uv that `make install` puts there
UV = ROOT / ".uv" / "bin" / "uv"
#: what a machine behind a proxy needs for a download
_NETWORK = ("HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")


@dataclass(frozen=True, kw_only=True)
class Installation:
    """The project, installed in a folder of its own."""

    folder: Path
    #: what a platform gives a process, apart from its config vars
    environ: Mapping[str, str]

    def command(self, process: str) -> list[str]:
        """The command line of a process of the Procfile."""
        lines = (self.folder / "Procfile").read_text(encoding="utf-8").splitlines()
        return shlex.split(dict(line.split(": ", 1) for line in lines)[process])

    async def run(self, process: str, settings: Mapping[str, str]) -> tuple[int | None, str, str]:
        """Run a process that ends by itself; its status, output and errors."""
        pipe = asyncio.subprocess.PIPE
        running = await self._start(process, settings, stdout=pipe, stderr=pipe)
        out, errors = await running.communicate()
        return running.returncode, out.decode(), errors.decode()

    @asynccontextmanager
    async def running(
        self, process: str, settings: Mapping[str, str], log: Path
    ) -> AsyncIterator[asyncio.subprocess.Process]:
        """A process within the context, which writes to `log`."""
        with log.open("wb") as out:
            running = await self._start(process, settings, stdout=out, stderr=out)
        try:
            yield running
        finally:
            if running.returncode is None:
                running.kill()
            await running.wait()

    async def _start(self, process: str, settings: Mapping[str, str], **streams: object) -> asyncio.subprocess.Process:
        environ = {**self.environ, "DYNO": f"{process}.1", **settings}
        # Found by the PATH of the process, as a shell does it.
        program, *arguments = self.command(process)
        found = shutil.which(program, path=environ["PATH"])
        assert found is not None, program
        return await asyncio.create_subprocess_exec(
            found,
            *arguments,
            cwd=self.folder,
            env=environ,
            **streams,  # type: ignore[arg-type] # files and PIPE
        )


def install(folder: Path) -> Installation:
    """Copy what git knows, and what it would know after a commit, into a folder, and run the buildpack's command there.

    Nothing of this machine's environment is left but the interpreter, uv, its cache and the way to the network. Raises
    CalledProcessError with uv's words.
    """
    app, home, python = folder / "app", folder / "home", folder / "python"
    for name in _known_to_git():
        (app / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, app / name)
    home.mkdir()
    network = {name: os.environ[name] for each in _NETWORK for name in (each, each.lower()) if name in os.environ}
    environ = {"PATH": f"{python / 'bin'}:/usr/bin:/bin", "HOME": str(home)}
    _, *arguments = shlex.split(INSTALL)
    subprocess.run(  # noqa: S603 -- the locked uv
        [UV, *arguments],
        cwd=app,
        env={
            **environ,
            **network,
            "UV_PROJECT_ENVIRONMENT": str(python),
            "UV_PYTHON_DOWNLOADS": "never",
            "UV_NO_MANAGED_PYTHON": "1",
            # The platform installs the Python of .python-version; here it is the one that runs the tests.
            "UV_PYTHON": getattr(sys, "_base_executable", sys.executable),
            # What was downloaded once is not downloaded again.
            "UV_CACHE_DIR": subprocess.check_output([UV, "cache", "dir"], text=True).strip(),  # noqa: S603 -- our own words
        },
        check=True,
        capture_output=True,
        text=True,
    )
    return Installation(folder=app, environ=environ)


def _known_to_git() -> list[str]:
    listed = subprocess.check_output(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607 -- of the machine
        cwd=ROOT,
        text=True,
    )
    return [name for name in listed.split("\0") if name and (ROOT / name).is_file()]

"""The real bot as processes that are killed, stopped and started again."""

import asyncio
import os
import resource
import signal
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import time

import aiohttp

ROOT = Path(__file__).parents[2]
#: seconds in which a process has to end after SIGTERM
TERM_PATIENCE = 10.0


@dataclass(kw_only=True)
class Life:
    """One process, from its start to its end. Times are seconds since the epoch."""

    name: str
    started: float
    ready: float | None = None
    ended: float | None = None
    #: kill -9, SIGTERM, aborted since that was not heeded, or by itself
    how: str = "by itself"
    code: int | None = None
    termed: float | None = None
    #: since when until when it was stopped
    stops: list[list[float]] = field(default_factory=list)


@dataclass(kw_only=True)
class Slot:
    """A place for a process: one life after the other, as on a platform that restarts what ends."""

    name: str
    environ: dict[str, str]
    command: tuple[str, ...]
    log: Path
    #: seconds a platform waits before it starts a process anew
    restart_after: float = 0.2
    lives: list[Life] = field(default_factory=list)
    _process: asyncio.subprocess.Process | None = None
    _closing: bool = False
    _keeper: asyncio.Task[None] | None = None
    port: int = 0

    @property
    def life(self) -> Life:
        """The present life, or the last."""
        return self.lives[-1]

    @property
    def life_name(self) -> str:
        return f"{self.name}.{len(self.lives)}"

    @property
    def stopped(self) -> bool:
        return bool(self.lives) and bool(self.life.stops) and len(self.life.stops[-1]) == 1

    @property
    def alive(self) -> bool:
        return bool(self.lives) and self.life.ended is None

    @property
    def up(self) -> bool:
        """Ready, and not stopped."""
        return self.alive and self.life.ready is not None and not self.stopped and self.life.termed is None

    @property
    def spare(self) -> float:
        """Seconds since it became ready or went on again."""
        since = max([self.life.ready or time(), *(stop[-1] for stop in self.life.stops)])
        return time() - since

    def open(self) -> None:
        """Start, and start again whenever it ends."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._keeper = asyncio.create_task(self._keep())

    async def _keep(self) -> None:
        while not self._closing:
            await self._live()
            await asyncio.sleep(self.restart_after)

    async def _live(self) -> None:
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self.command, cwd=ROOT, env=self.environ | {"PORT": str(self.port)}, stdout=log, stderr=log
            )
        life = Life(name=f"{self.name}.{len(self.lives) + 1}", started=time())
        self.lives.append(life)
        becoming = asyncio.create_task(self._await_readiness(life))
        life.code = await self._process.wait()
        life.ended = time()
        for stop in life.stops:
            if len(stop) == 1:
                stop.append(life.ended)
        becoming.cancel()
        await asyncio.gather(becoming, return_exceptions=True)

    async def _await_readiness(self, life: Life) -> None:
        async with aiohttp.ClientSession() as session:
            while life.ready is None:
                with suppress(aiohttp.ClientError, TimeoutError):
                    async with (
                        asyncio.timeout(2.0),
                        session.get(f"http://127.0.0.1:{self.port}/readyz") as answer,
                    ):
                        if answer.status == 200:
                            life.ready = time()
                await asyncio.sleep(0.1)

    def _send(self, signum: signal.Signals) -> bool:
        if self._process is None or self._process.returncode is not None or not self.alive:
            return False
        if self.life.how == "kill -9":
            return False
        with suppress(ProcessLookupError):
            self._process.send_signal(signum)
            return True
        return False

    def kill(self) -> bool:
        """kill -9; whether there was anything to kill."""
        if not self._send(signal.SIGKILL):
            return False
        self.life.how = "kill -9"
        return True

    def abort(self) -> None:
        """SIGABRT: an end that tells the log where everything stood."""
        if self._send(signal.SIGABRT):
            self.life.how = "aborted"

    def term(self) -> bool:
        """SIGTERM."""
        if not self._send(signal.SIGTERM):
            return False
        self.life.how, self.life.termed = "SIGTERM", time()
        return True

    def stop(self) -> bool:
        """SIGSTOP, until `go_on`."""
        if self.stopped or not self._send(signal.SIGSTOP):
            return False
        self.life.stops.append([time()])
        return True

    def go_on(self) -> None:
        """SIGCONT."""
        if self.stopped and self._send(signal.SIGCONT):
            self.life.stops[-1].append(time())

    def bound_files(self, size: int | None) -> None:
        """No file of the process may grow beyond so many bytes; None: as far as it will."""
        if self._process is not None and self._process.returncode is None:
            limit = resource.RLIM_INFINITY if size is None else size
            with suppress(ProcessLookupError, PermissionError):
                resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))

    async def close(self) -> None:
        """End it for good."""
        self._closing = True
        self.go_on()
        if self.term():
            with suppress(TimeoutError):
                async with asyncio.timeout(TERM_PATIENCE + 5.0):
                    await asyncio.shield(self._keeper or asyncio.sleep(0))
        self._send(signal.SIGKILL)
        if self._keeper is not None:
            await self._keeper


def command(build: str | None) -> tuple[str, ...]:
    """How the bot is started; a `build` is one with something switched off."""
    if build is None:
        return (sys.executable, "-m", "bot")
    return (sys.executable, "-m", "tests.chaos.broken", build)


def inherited() -> dict[str, str]:
    """What a process takes over of this one's environment."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return kept | {"PYTHONFAULTHANDLER": "1"}

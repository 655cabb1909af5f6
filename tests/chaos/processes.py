"""The bot as operating-system processes that can be killed, suspended and restarted."""

import asyncio
import os
import resource
import signal
import sys
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from time import time

import aiohttp

from tests.support.ports import reserved_port

ROOT = Path(__file__).parents[2]
#: seconds in which a process has to end after SIGTERM
TERM_PATIENCE = 10.0


class ExitCause(StrEnum):
    """Why a process ended."""

    ITSELF = "by itself"
    KILLED = "kill -9"
    TERMINATED = "SIGTERM"
    #: SIGABRT, after SIGTERM had no effect
    ABORTED = "aborted"


@dataclass(kw_only=True)
class Suspension:
    """From SIGSTOP to SIGCONT. Times are seconds since the epoch."""

    since: float
    #: None while it lasts
    until: float | None = None

    def overlaps(self, since: float, until: float) -> bool:
        """Whether the process was suspended at some moment of a period."""
        return self.since <= until and (self.until is None or self.until >= since)


@dataclass(kw_only=True)
class Incarnation:
    """One process of the bot, from its start to its end. Times are seconds since the epoch."""

    #: supervisor and number, as "one.3"
    name: str
    started: float
    ready: float | None = None
    ended: float | None = None
    cause: ExitCause = ExitCause.ITSELF
    exit_code: int | None = None
    #: when SIGTERM was sent
    terminated: float | None = None
    suspensions: list[Suspension] = field(default_factory=list)

    def suspended(self, since: float, until: float) -> bool:
        """Whether it was suspended at some moment of a period."""
        return any(suspension.overlaps(since, until) for suspension in self.suspensions)


@dataclass(kw_only=True)
class Supervisor:
    """Keeps one process of the bot running, as a platform does: starts it again when it ends."""

    name: str
    environ: dict[str, str]
    command: tuple[str, ...]
    log: Path
    #: seconds between an end and the next start
    restart_after: float = 0.2
    incarnations: list[Incarnation] = field(default_factory=list)
    port: int = 0
    _process: asyncio.subprocess.Process | None = None
    _closing: bool = False
    _loop: asyncio.Task[None] | None = None
    _reserved: ExitStack = field(default_factory=ExitStack)

    @property
    def current(self) -> Incarnation:
        """The running process, else the last one."""
        return self.incarnations[-1]

    @property
    def suspended(self) -> bool:
        """Between SIGSTOP and SIGCONT."""
        return bool(self.incarnations and self.current.suspensions and self.current.suspensions[-1].until is None)

    @property
    def running(self) -> bool:
        """Started and not ended; perhaps suspended."""
        return bool(self.incarnations) and self.current.ended is None

    @property
    def up(self) -> bool:
        """Ready, and neither suspended nor about to end."""
        return (
            self.running and self.current.ready is not None and self.current.terminated is None and not self.suspended
        )

    @property
    def undisturbed(self) -> float:
        """Seconds since the process became ready or was resumed."""
        resumed = [suspension.until for suspension in self.current.suspensions if suspension.until is not None]
        return time() - max([self.current.ready or time(), *resumed])

    def open(self) -> None:
        """Start the process, and start it again whenever it ends."""
        self.port = self._reserved.enter_context(reserved_port())
        self._loop = asyncio.create_task(self._supervise())

    async def _supervise(self) -> None:
        while not self._closing:
            await self._run_once()
            await asyncio.sleep(self.restart_after)

    async def _run_once(self) -> None:
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self.command, cwd=ROOT, env=self.environ | {"PORT": str(self.port)}, stdout=log, stderr=log
            )
        incarnation = Incarnation(name=f"{self.name}.{len(self.incarnations) + 1}", started=time())
        self.incarnations.append(incarnation)
        readiness = asyncio.create_task(self._await_readiness(incarnation))
        incarnation.exit_code = await self._process.wait()
        incarnation.ended = time()
        for suspension in incarnation.suspensions:
            if suspension.until is None:
                suspension.until = incarnation.ended
        readiness.cancel()
        await asyncio.gather(readiness, return_exceptions=True)

    async def _await_readiness(self, incarnation: Incarnation) -> None:
        async with aiohttp.ClientSession() as session:
            while incarnation.ready is None:
                with suppress(aiohttp.ClientError, TimeoutError):
                    async with (
                        asyncio.timeout(2.0),
                        session.get(f"http://127.0.0.1:{self.port}/readyz") as answer,
                    ):
                        if answer.status == 200:
                            incarnation.ready = time()
                await asyncio.sleep(0.1)

    def _send(self, signum: signal.Signals) -> bool:
        if self._process is None or self._process.returncode is not None or not self.running:
            return False
        if self.current.cause is ExitCause.KILLED:
            return False
        with suppress(ProcessLookupError):
            self._process.send_signal(signum)
            return True
        return False

    def kill(self) -> bool:
        """Send SIGKILL; false if there is no process to kill."""
        if not self._send(signal.SIGKILL):
            return False
        self.current.cause = ExitCause.KILLED
        return True

    def abort(self) -> None:
        """Send SIGABRT, so that the process writes its stacks to the log."""
        if self._send(signal.SIGABRT):
            self.current.cause = ExitCause.ABORTED

    def terminate(self) -> bool:
        """Send SIGTERM; false if there is no process to end."""
        if not self._send(signal.SIGTERM):
            return False
        self.current.cause, self.current.terminated = ExitCause.TERMINATED, time()
        return True

    def suspend(self) -> bool:
        """Send SIGSTOP; false if there is no process to suspend."""
        if self.suspended or not self._send(signal.SIGSTOP):
            return False
        self.current.suspensions.append(Suspension(since=time()))
        return True

    def resume(self) -> None:
        """Send SIGCONT if the process is suspended."""
        if self.suspended and self._send(signal.SIGCONT):
            self.current.suspensions[-1].until = time()

    def limit_files(self, size: int | None) -> None:
        """Let no file of the process grow beyond `size` bytes; None lifts the limit."""
        if self._process is not None and self._process.returncode is None:
            limit = resource.RLIM_INFINITY if size is None else size
            with suppress(ProcessLookupError, PermissionError):
                resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))

    async def close(self) -> None:
        """End the process for good."""
        self._closing = True
        self.resume()
        if self.terminate():
            with suppress(TimeoutError):
                async with asyncio.timeout(TERM_PATIENCE + 5.0):
                    await asyncio.shield(self._loop or asyncio.sleep(0))
        self._send(signal.SIGKILL)
        if self._loop is not None:
            await self._loop
        self._reserved.close()


def command(mutant: str | None) -> tuple[str, ...]:
    """The command line of the bot, or of a mutant of it."""
    if mutant is None:
        return (sys.executable, "-m", "bot")
    return (sys.executable, "-m", "tests.chaos.mutants", mutant)


def inherited() -> dict[str, str]:
    """The variables that the bot takes from this process's environment."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return kept | {"PYTHONFAULTHANDLER": "1"}

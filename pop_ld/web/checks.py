"""Uploads checked in worker processes of their own: so many at once, so many waiting, each with a deadline, and nothing kept."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from pop_ld import errors
from pop_ld.config import Settings
from pop_ld.store.process import environment


class CheckRefused(errors.PopError):
    """What was sent cannot be read, or its shapes cannot be used; the message says why, with the line where it is known."""


class CheckLimit(errors.PopError):
    """The check took more time or memory than a check may."""


class Checks:
    """Bounded by the settings ``check_workers``, ``check_queue``, ``check_deadline`` (seconds) and ``check_memory`` (MiB)."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._free = asyncio.Semaphore(settings.check_workers)
        self._waiting = 0

    async def run(self, folder: Path, task: dict[str, Any]) -> dict[str, Any]:
        """The worker's answer. Raises Busy, CheckRefused, CheckLimit, UsageError; cancelled, it kills the worker."""
        if self._free.locked() and self._waiting >= self._settings.check_queue:
            raise errors.Busy("too many files wait to be checked")
        self._waiting += 1
        try:
            await self._free.acquire()
        finally:
            self._waiting -= 1
        try:
            return await self._run(folder, task)
        finally:
            self._free.release()

    async def _run(self, folder: Path, task: dict[str, Any]) -> dict[str, Any]:
        settings = self._settings
        limits = {"memory": settings.check_memory, "seconds": int(settings.check_deadline) + 2, "folder": str(folder)}
        given = {**task, **limits, "data": str(Path(settings.data).resolve()), "site": settings.site}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "pop_ld.check_worker"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={**environment(), "TMPDIR": str(folder)},
            cwd=folder,
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(settings.check_deadline):
                said, _ = await process.communicate(json.dumps(given).encode())
        except TimeoutError:
            raise CheckLimit(f"the check was stopped after {settings.check_deadline:g} seconds; send fewer notices at once") from None
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await asyncio.shield(process.wait())
        return _answer(said, process.returncode)


def _answer(said: bytes, code: int | None) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = json.loads(said)
    except ValueError:  # it was ended by its limits: of memory (an allocation that fails aborts), processor time or file size
        raise CheckLimit("the check was stopped because it took too much memory or time; send fewer notices at once") from None
    kind = answer.get("error")
    if kind == "MemoryError":
        raise CheckLimit("the check was stopped because it took too much memory; send fewer notices at once")
    if kind == "UsageError":
        raise errors.UsageError(answer["message"])
    if kind:
        line = f" (line {answer['line']})" if answer["line"] else ""
        raise CheckRefused(answer["message"] + line)
    return answer


def clean(folder: Path) -> None:
    """Removes everything that a check had on disk."""
    shutil.rmtree(folder, ignore_errors=True)

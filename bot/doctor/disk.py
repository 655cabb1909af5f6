"""Check the files: room on the disk, whether the disk lasts, and who may read what is secret."""

import os
import shlex
import shutil
from pathlib import Path

from bot.config import ENV_FILE, Settings
from bot.db.sqlite import files_of, readable_by_others
from bot.domain.check import Check, failed, note, ok

#: bytes; a busy SQLite file with its log grows by a few MB a day
_MIN_FREE = 200 * 1024 * 1024
#: what to do about a disk that does not last
FIX_DISK = "use Postgres: set DATABASE_URL to postgres://…, or mount a volume where the platform has them"
_DISK = "Disk"


def check_files(settings: Settings, *, host: str | None) -> list[Check]:
    """Check the disk of a SQLite file, and who may read the files; `host`: the platform that loses the file, if any."""
    file = settings.database_url.file
    found = [] if file is None else [_room(file)]
    if file is not None and host is not None:
        detail = f"{file} is on a disk of {host} that does not last: everything followed is lost at the next start"
        found.append(failed(_DISK, detail, fix=FIX_DISK))
    paths = [Path(ENV_FILE), *([] if file is None else files_of(file))]
    return found + [
        note("Files", f"{path} can be read by other users of this machine", fix=f"chmod 600 {shlex.quote(str(path))}")
        for path in paths
        if readable_by_others(path)
    ]


def _room(file: Path) -> Check:
    free = shutil.disk_usage(nearest_folder(file)).free
    detail = f"{free // 1024**2:,} MB free beside the SQLite file"
    if free < _MIN_FREE:
        fix = f"make room: at least {_MIN_FREE // 1024**2} MB, or a full disk stops every write"
        return failed(_DISK, detail, fix=fix)
    return ok(_DISK, detail)


def nearest_folder(file: Path) -> Path:
    """Return the folder of a file; while that is missing, the nearest above it: missing ones are made at the start."""
    return next(folder for folder in file.absolute().parents if folder.exists())


def may_create(file: Path) -> bool:
    """Whether a file that does not exist can be created where it is to be."""
    folder = nearest_folder(file)
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)

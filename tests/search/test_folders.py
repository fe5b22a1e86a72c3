"""The folder of an index, and the one that is shown to the engine."""

from contextlib import suppress
from pathlib import Path
from threading import Event, Thread, Timer

import pytest

from pop_ld.search import folders


def test_a_passing_folder_goes_even_while_somebody_writes_into_it() -> None:
    ended = Event()

    def write(folder: Path) -> None:
        while not ended.is_set():
            with suppress(OSError):
                (folder / "lock").touch()

    with folders.passing() as folder:
        writer = Thread(target=write, args=(folder,))
        writer.start()
        (folder / "file").write_text("x")
        Timer(0.05, ended.set).start()
    writer.join()
    assert not folder.exists()


def test_a_passing_folder_goes_with_an_error_too() -> None:
    with pytest.raises(ValueError, match="this"), folders.passing() as folder:
        raise ValueError("this")
    assert not folder.exists()

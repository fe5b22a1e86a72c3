"""What a clean clone needs is under version control, and nothing names this machine."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def tracked() -> list[Path]:
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in done.stdout.splitlines()]


def test_the_data_folders_are_tracked(tracked: list[Path]) -> None:
    for folder in ("ontologies", "shapes", "mappings", "templates"):
        assert any(ROOT / folder in path.parents for path in tracked), folder


def test_no_file_names_a_machine_path_or_a_staff_address(tracked: list[Path]) -> None:
    bad = re.compile(rb"(?:/work/|/home/[a-z]|/root/|/tmp/)[a-z]|[a-z.]+@(?!example\.|[a-z.]*\.example\b)[a-z-]+\.(?:gouv\.)?fr\b")
    for path in tracked:
        if path.is_file() and path.suffix not in (".png",) and path.name != "test_package.py":
            found = bad.search(path.read_bytes())
            assert not found, f"{path}: {found.group()!r}"

"""The tutorial does what it says; the reference is the one that the code gives; the README's links lead somewhere."""

import re
import subprocess
import sys
from pathlib import Path

from docs import generate_reference

ROOT = Path(__file__).parent.parent
_BLOCK = re.compile(r"^```(sh file=(?P<file>\S+)|sh run|text expect)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_tutorial_runs(tmp_path: Path) -> None:
    said = ""
    ran = 0
    for block in _BLOCK.finditer((ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")):
        if block["file"]:
            (tmp_path / block["file"]).write_text(block["body"], encoding="utf-8")
        elif block[1] == "sh run":
            command = block["body"].replace("pop-ld", f"{sys.executable} -m pop_ld", 1)
            done = subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
            said = done.stdout
            ran += 1
        else:
            for line in block["body"].splitlines():
                assert line in said, f"{line!r} is not in:\n{said}"
    assert ran >= 7


def test_the_reference_is_up_to_date() -> None:
    assert (ROOT / "docs" / "reference.md").read_text(encoding="utf-8") == generate_reference.text(), "run: make docs"


def test_links_of_the_documents_lead_somewhere() -> None:
    for document in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text(encoding="utf-8")):
            assert (document.parent / target).exists(), f"{document.name}: {target}"

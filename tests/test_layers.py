"""Who may import whom (ARCHITECTURE §2), held by reading every import."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "pop_ld"
ROWS = (
    {"notices", "errors"},
    {
        "iris",
        "databases",
        "config",
        "resources",
        "namesakes",
        "progress",
        "spool",
        "report",
        "dump",
        "batches",
        "processes",
        "packed",
        "lanes",
    },
    {"bases", "relations", "summary", "producers"},
    {"readers", "fields", "mapping", "validation", "store", "search", "formats", "thesauri", "alignment", "harvest"},
    {
        "pipeline",
        "publication",
        "sitemaps",
        "conversion",
        "spooling",
        "converting",
        "aside",
        "profile",
        "parts",
        "workfolder",
        "linking",
        "agents",
        "sightings",
        "replay",
        "explain",
        "fidelity",
        "fidelity_report",
        "manifest",
        "field_graph",
        "suggesting",
        "checking",
        "inspection",
        "quality",
        "report_view",
        "graph_check",
        "reconciliation",
        "europeana",
        "feed",
        "downloads",
        "aligning",
        "harvesting",
        "remote",
        "following",
    },
    {"demo", "check_worker"},
    {
        "web",
        "commands",
        "validate_command",
        "queries_command",
        "europeana_command",
        "align_command",
        "dump_command",
        "follow_command",
        "cli",
        "__main__",
    },
)
HOMES = {
    "lxml": {"readers", "formats"},
    "pyoxigraph": {"store", "validation", "formats", "web", "thesauri", "europeana", "feed", "downloads"},
    "pyproj": {"fields"},
    "rdflib": {"validation"},
    "pyshacl": {"validation"},
    "tantivy": {"search"},
    "rapidfuzz": {"search", "reconciliation"},
    "elasticsearch": {"search"},
    "elastic_transport": {"search"},
    "opensearchpy": {"search"},
    "jinja2": {"formats"},
    "fastapi": {"web"},
    "starlette": {"web"},
    "uvicorn": {"web"},
    "httptools": {"web"},
    "orjson": {"dump", "inspection", "search"},
    "deflate": {"packed"},
    "isal": {"packed"},
    "tree_sitter": {"store"},
    "tree_sitter_language_pack": {"store"},
    "prometheus_client": {"web"},
    "zstandard": {"downloads", "store"},
    "httpx": {"store", "following"},
    "rich": {"progress"},
    "distributed": {"processes"},
    "yaml": {"resources"},
}
MODULES = sorted(PACKAGE.rglob("*.py"))


def home(path: Path) -> str:
    """The package or module of the top level that a file belongs to."""
    part = path.relative_to(PACKAGE).parts[0]
    return part.removesuffix(".py")


def imports(path: Path) -> set[str]:
    """Every module that a file imports, anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.update({f"pop_ld.{a.name}" for a in node.names} if node.module == "pop_ld" else {node.module})
    return found


def row(name: str) -> int:
    """The row of a name of the top level; a new module must be given one above."""
    return next(number for number, names in enumerate(ROWS) if name in names)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_module_imports_only_smaller_rows_and_its_own_package(path: Path) -> None:
    mine = home(path)
    if mine == "__init__":
        assert not {i for i in imports(path) if i.startswith("pop_ld")}
        return
    for module in imports(path):
        parts = module.split(".")
        if parts[0] == "pop_ld" and len(parts) > 1 and parts[1] != mine and not parts[1].startswith("__version"):
            own_row = mine == "__main__" or row(parts[1]) < row(mine) or (row(parts[1]) == row(mine) and row(mine) != 3)
            assert own_row, f"{path} imports {module}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_each_third_party_package_has_one_home(path: Path) -> None:
    for module in imports(path):
        package = module.split(".")[0]
        if package in HOMES:
            assert home(path) in HOMES[package], f"{path} imports {module}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_every_module_opens_with_a_sentence(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), path

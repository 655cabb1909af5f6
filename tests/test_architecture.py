"""The rules of the house that a program can check."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "bot").rglob("*.py"))
#: places with their own reason to be longer
LONGEST_FILE = 280
LONGEST_FUNCTION = 55


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in ast.walk(_tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def _names(path: Path) -> set[str]:
    """Every dotted name a module reads, as far as it is written out."""
    return {ast.unparse(node) for node in ast.walk(_tree(path)) if isinstance(node, ast.Attribute)}


def _shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", MODULES, ids=_shown)
def test_a_module_begins_with_one_plain_sentence(path: Path) -> None:
    first = (ast.get_docstring(_tree(path)) or "").split("\n\n")[0]

    assert first.endswith(".")
    assert len(first) <= 240


@pytest.mark.parametrize("path", MODULES, ids=_shown)
def test_files_and_functions_stay_short(path: Path) -> None:
    long = [
        f"{f.name}: {f.end_lineno - f.lineno + 1}"
        for f in _functions(path)
        if f.end_lineno - f.lineno >= LONGEST_FUNCTION
    ]

    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE
    assert long == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    nothing = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc"}

    assert [path for path in MODULES if path.stem in nothing or path.parent.name in nothing] == []


def test_only_app_reads_the_wall_clock() -> None:
    clocks = {"datetime.now", "datetime.utcnow", "time.time", "datetime.today"}

    found = {_shown(path) for path in MODULES if _names(path) & clocks and "sandbox" not in path.parts}

    assert found == {"bot/app/clock.py"}


def test_only_config_reads_the_environment() -> None:
    found = {_shown(path) for path in MODULES if _names(path) & {"os.environ", "os.getenv"}}

    assert {name.rpartition("/")[0] for name in found} == {"bot/config"}


def test_only_the_loop_loops_for_ever() -> None:
    def for_ever(path: Path) -> bool:
        whiles = [node for node in ast.walk(_tree(path)) if isinstance(node, ast.While)]
        return any(isinstance(node.test, ast.Constant) for node in whiles)

    assert [_shown(path) for path in MODULES if for_ever(path)] == []


def test_every_exception_to_a_rule_carries_its_reason() -> None:
    mark = re.compile(r"#\s*(noqa|type: ignore|pragma: no cover)\b[^#\n]*$")
    reason = re.compile(r"#\s*(noqa: [A-Z0-9, ]+|type: ignore\[[\w, -]+\]|pragma: no cover)\s*(--|—|-|\(|#)\s*\S+")
    files = [*MODULES, *(ROOT / "tests").rglob("*.py"), *(ROOT / "benchmarks").rglob("*.py")]
    bare = [
        f"{_shown(path)}:{number}"
        for path in files
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if mark.search(line) and not reason.search(line) and path.name != "test_architecture.py"
    ]

    assert bare == []


def test_no_file_of_the_project_points_outside_it() -> None:
    outside = re.compile(r"\.\./shared|/work/|\.library")
    kinds = {".py", ".md", ".toml", ".yml", ".yaml", ".po", ".mako", ""}
    files = [path for path in ROOT.rglob("*") if path.is_file() and path.suffix in kinds]
    ours = [
        path
        for path in files
        if not any(part.startswith(".") and part != ".ci" for part in path.parts[len(ROOT.parts) :])
    ]

    found = [_shown(path) for path in ours if outside.search(path.read_text(encoding="utf-8", errors="replace"))]

    assert [name for name in found if name != "tests/test_architecture.py"] == []

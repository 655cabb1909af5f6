"""The rules of the code that a program can check."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted(path for package in ("bot", "sandbox") for path in (ROOT / package).rglob("*.py"))
#: lines; a few places have their own reason to be longer than 250 and 45
LONGEST_FILE = 280
LONGEST_FUNCTION = 55

#: a `noqa` and its kind at the end of a line, without and with a reason
UNEXPLAINED = re.compile(r"#\s*(noqa|type: ignore|pragma: no cover)\b[^#\n]*$")
EXPLAINED = re.compile(r"#\s*(noqa: [A-Z0-9, ]+|type: ignore\[[\w, -]+\]|pragma: no cover)\s*(--|—|-|\(|#)\s*\S+")
#: words for which the field has better ones
PRIVATE = re.compile(r"\b(told|telling|tellings|nought|whoever|anew|knock\w*|wish(es|ed)?|besides)\b", re.IGNORECASE)
#: a row of the database read by a string key
UNTYPED_ROW = re.compile(r"(row|thread|message|command|task|notice)\[\"")


@cache
def source(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(source(path))


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def names(path: Path) -> set[str]:
    """Every dotted name that a module reads, as far as it is written out."""
    return {ast.unparse(node) for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute)}


def prose(path: Path) -> Iterator[tuple[int, str]]:
    """Every line of a docstring and every comment of a module, with its number."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            docstring = ast.get_docstring(node, clean=False) or ""
            yield from enumerate(docstring.splitlines(), start=node.body[0].lineno if node.body else 1)
    for token in tokenize.generate_tokens(io.StringIO(source(path)).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", MODULES, ids=shown)
def test_a_module_begins_with_one_plain_sentence(path: Path) -> None:
    first = (ast.get_docstring(tree(path)) or "").split("\n\n")[0]

    assert first.endswith(".")
    assert len(first) <= 240


@pytest.mark.parametrize("path", MODULES, ids=shown)
def test_files_and_functions_stay_short(path: Path) -> None:
    long = [
        f"{function.name}: {function.end_lineno - function.lineno + 1}"
        for function in functions(path)
        if function.end_lineno is not None and function.end_lineno - function.lineno >= LONGEST_FUNCTION
    ]

    assert len(source(path).splitlines()) <= LONGEST_FILE
    assert long == []


@pytest.mark.parametrize("path", MODULES, ids=shown)
def test_docstrings_and_comments_use_the_fields_words(path: Path) -> None:
    found = [f"{line}: {match[0]}" for line, text in prose(path) for match in PRIVATE.finditer(text)]

    assert found == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    nothing = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc"}

    assert [shown(path) for path in MODULES if path.stem in nothing or path.parent.name in nothing] == []


def test_only_the_database_package_reads_rows_by_string_keys() -> None:
    found = [
        f"{shown(path)}:{number}"
        for path in MODULES
        if path.is_relative_to(ROOT / "bot") and not path.is_relative_to(ROOT / "bot" / "db")
        for number, line in enumerate(source(path).splitlines(), start=1)
        if UNTYPED_ROW.search(line)
    ]

    assert found == []


def test_in_the_bot_only_app_reads_the_wall_clock() -> None:
    clocks = {"datetime.now", "datetime.utcnow", "time.time", "datetime.today"}

    found = {shown(path) for path in MODULES if path.is_relative_to(ROOT / "bot") and names(path) & clocks}

    assert found == {"bot/app/clock.py"}


def test_only_config_reads_the_environment() -> None:
    found = {shown(path) for path in MODULES if names(path) & {"os.environ", "os.getenv"}}

    assert found == {"bot/config/environment.py"}


def test_only_the_loop_loops_for_ever() -> None:
    def loops_for_ever(path: Path) -> bool:
        whiles = [node for node in ast.walk(tree(path)) if isinstance(node, ast.While)]
        return any(isinstance(node.test, ast.Constant) for node in whiles)

    assert [shown(path) for path in MODULES if loops_for_ever(path)] == []


def test_every_exception_to_a_rule_carries_its_reason() -> None:
    files = [*MODULES, *(path for folder in ("tests", "benchmarks") for path in (ROOT / folder).rglob("*.py"))]
    bare = [
        f"{shown(path)}:{number}"
        for path in files
        for number, line in enumerate(source(path).splitlines(), start=1)
        if UNEXPLAINED.search(line) and not EXPLAINED.search(line) and path.name != "test_architecture.py"
    ]

    assert bare == []


def test_no_file_of_the_project_points_outside_it() -> None:
    outside = re.compile(r"\.\./shared|/work/|\.library")
    kinds = {".py", ".md", ".toml", ".yml", ".yaml", ".po", ".mako", ""}
    # Folders with a dot are not ours, and others change them meanwhile.
    tops = [top for top in ROOT.iterdir() if top.name == ".ci" or not top.name.startswith(".")]
    files = [path for top in tops for path in ([top] if top.is_file() else top.rglob("*"))]
    ours = [path for path in files if path.is_file() and path.suffix in kinds]

    found = [shown(path) for path in ours if outside.search(path.read_text(encoding="utf-8", errors="replace"))]

    assert [name for name in found if name != "tests/test_architecture.py"] == []

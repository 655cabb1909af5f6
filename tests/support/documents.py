"""The commands that the documents tell people to type: those in the code blocks of Markdown files."""

import re
from collections.abc import Iterator
from pathlib import Path

#: every document that people read
DOCUMENTS = [*sorted(Path().glob("*.md")), *sorted(Path("docs").glob("*.md"))]

#: code blocks in which a line that begins with the prompt is a command, and the others are what comes out
_CONSOLE = "console"
_PROMPT = "$ "
#: code blocks in which every line is a command
_SCRIPTS = frozenset({"sh", "bash", "shell"})
#: code blocks without commands
_OTHERS = frozenset({"mermaid", "json", "yaml", "toml", "ini", "text", "python", "sql", "http", "promql"})

_BLOCK = re.compile(
    r"^(?P<indent> *)```(?P<language>\S*)[^\n]*\n(?P<content>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL
)
_COMMENT = re.compile(r"(^|\s+)#\s.*$")


def commands(text: str) -> list[str]:
    """Return the commands of a document in order, each on one line and without a comment behind it.

    Raises ValueError for a code block that does not say what it is.
    """
    return [command for block in _BLOCK.finditer(text) for command in _commands(block["language"], block["content"])]


def _commands(language: str, content: str) -> Iterator[str]:
    if language in _OTHERS:
        return
    if language != _CONSOLE and language not in _SCRIPTS:
        raise ValueError(
            f"a code block of {language or 'no language'}: name one of {_CONSOLE}, sh or {sorted(_OTHERS)}"
        )
    lines = iter(content.splitlines())
    for line in lines:
        typed = line.strip() if language in _SCRIPTS else line.strip().removeprefix(_PROMPT)
        if language == _CONSOLE and not line.strip().startswith(_PROMPT):
            continue
        while typed.endswith("\\"):
            typed = f"{typed[:-1].rstrip()} {next(lines).strip()}"
        command = _COMMENT.sub("", typed).strip()
        if command:
            yield command


def every_command() -> dict[str, list[str]]:
    """Return every command with the documents that have it."""
    found: dict[str, list[str]] = {}
    for document in DOCUMENTS:
        for command in commands(document.read_text(encoding="utf-8")):
            found.setdefault(command, []).append(str(document))
    return found

"""The settings as the README's table shows them."""

from dataclasses import dataclass

from pydantic.fields import FieldInfo

from bot.config.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Row:
    """A setting as the README shows it."""

    name: str
    meaning: str
    #: empty where there is none
    default: str


def settings_table() -> list[Row]:
    """Every setting with its meaning and default, in the order of the README."""
    return [
        Row(name=name.upper(), meaning=field.description or "", default=_shown(field))
        for name, field in Settings.model_fields.items()
    ]


def _shown(field: FieldInfo) -> str:
    extra = field.json_schema_extra
    shown = extra.get("shown") if isinstance(extra, dict) else ""
    if shown or field.default in (None, ()):
        return str(shown or "")
    value = field.default
    return f"`{int(value) if isinstance(value, float) and value.is_integer() else value}`"

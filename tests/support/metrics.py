"""Read Prometheus metrics."""

from collections.abc import Iterator

from bot.metrics import Metrics


def samples(metrics: Metrics, *names: str) -> dict[str, float]:
    """The samples with these names, by `name{label="value"}` as Prometheus writes it."""
    return {sample: value for sample, value in read(metrics.render()) if sample.partition("{")[0] in names}


def counted(metrics: Metrics, *names: str) -> dict[str, float]:
    """The samples with these names that are not 0."""
    return {sample: value for sample, value in samples(metrics, *names).items() if value}


def families(metrics: Metrics) -> set[str]:
    """The names of all families of the bot's own, whether or not they have samples."""
    lines = metrics.render().decode().splitlines()
    names = {line.split()[2] for line in lines if line.startswith("# TYPE longtask_")}
    return {name for name in names if not name.endswith("_created")}


def read(text: bytes) -> Iterator[tuple[str, float]]:
    """Every sample in Prometheus's text format, with its value."""
    for line in text.decode().splitlines():
        if not line.startswith("#"):
            sample, _, value = line.rpartition(" ")
            yield sample, float(value)

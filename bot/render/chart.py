"""Render progress over time: as a chart, and as a sentence that says the same."""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import timedelta
from math import ceil, floor

from bot.render.i18n import Texts
from bot.render.message import Block
from bot.render.mrkdwn import Mrkdwn, clip

Samples = Sequence[tuple[float, float]]

#: fewer points than these are no curve
MIN_POINTS = 5
# Limits: docs.slack.dev/reference/block-kit/blocks/data-visualization-block
_POINTS = 20
_TITLE_LIMIT = 50
_SERIES_NAME_LIMIT = 20
_AXIS_LABEL_LIMIT = 50
_QUARTERS = (25.0, 50.0, 75.0)
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
#: seconds between two points: whole minutes as people count them
_STEPS = tuple(minutes * _MINUTE for minutes in (1, 2, 5, 10, 15, 30, 60, 120, 360, 720))
#: a longer course is labelled in hours
_IN_MINUTES = 2 * _HOUR


def chart(texts: Texts, samples: Samples) -> Block | None:
    """Build a line chart of at most twenty points at whole minutes; None if there are too few samples."""
    curve = _curve(samples)
    if not curve:
        return None
    moments = _moments(curve[0][0], curve[-1][0])
    in_minutes = moments[-1] < _IN_MINUTES
    labels = [str(moment // _MINUTE) if in_minutes else _hours(moment) for moment in moments]
    points = [
        {"label": label, "value": round(_percent_at(curve, moment), 1)}
        for label, moment in zip(labels, moments, strict=True)
    ]
    # Translators: the label of a chart's axis; h:mm stands for hours and minutes; at most 50 characters
    time = texts.say("Minutes since the start") if in_minutes else texts.say("Time since the start (h:mm)")
    return {
        "type": "data_visualization",
        # Translators: the title of a chart, at most 50 characters
        "title": clip(texts.say("Progress over time"), _TITLE_LIMIT),
        "chart": {
            "type": "line",
            # Translators: the name of the line in a chart, at most 20 characters
            "series": [{"name": clip(texts.say("Progress (%)"), _SERIES_NAME_LIMIT), "data": points}],
            "axis_config": {
                "categories": labels,
                "x_label": clip(time, _AXIS_LABEL_LIMIT),
                # Translators: the label of a chart's axis, in percent
                "y_label": clip(texts.say("Done (%)"), _AXIS_LABEL_LIMIT),
            },
        },
    }


def in_words(texts: Texts, samples: Samples) -> Mrkdwn | None:
    """Say what the chart shows: when each quarter was passed, and the end."""
    curve = _curve(samples)
    passed = [next((sample for sample in curve if sample[1] >= quarter), None) for quarter in _QUARTERS]
    points = list(dict.fromkeys([*filter(None, passed), *curve[-1:]]))
    steps = [
        # Translators: a point of a curve, e.g. "25% after 4 min"
        texts.say("{percent} after {duration}", percent=texts.percent(percent), duration=timedelta(seconds=seconds))
        for seconds, percent in points
    ]
    return texts.say("Progress: {steps}", steps=texts.enumerated(steps)) if steps else None


def _curve(samples: Samples) -> list[tuple[float, float]]:
    """Return the samples in order of time, one per moment; none if they are too few or too close for a curve."""
    curve: list[tuple[float, float]] = []
    for seconds, percent in samples:
        if seconds >= 0 and (not curve or seconds > curve[-1][0]):
            curve.append((seconds, min(100.0, max(0.0, percent))))
    enough = len(curve) >= MIN_POINTS and curve[-1][0] - curve[0][0] >= (MIN_POINTS - 1) * _MINUTE
    return curve if enough else []


def _moments(start: float, end: float) -> range:
    """Return whole minutes (in seconds) from at or before the start to at or after the end, evenly spaced."""
    days = ceil((end - start) / _DAY / (_POINTS - 2)) * _DAY
    step = next((step for step in _STEPS if (end - start) / step <= _POINTS - 2), days)
    return range(floor(start / step) * step, ceil(end / step) * step + 1, step)


def _percent_at(curve: Samples, moment: float) -> float:
    place = bisect_left(curve, moment, key=lambda sample: sample[0])
    if place == 0 or place == len(curve):
        return curve[min(place, len(curve) - 1)][1]
    (before, low), (after, high) = curve[place - 1], curve[place]
    return low + (high - low) * (moment - before) / (after - before)


def _hours(seconds: int) -> str:
    hours, minutes = divmod(seconds // _MINUTE, 60)
    return f"{hours}:{minutes:02}"

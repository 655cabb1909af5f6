"""Generate random scenarios from a seed, for tests that break the bot on purpose."""

import random

from bot.domain.snapshot import Kind
from bot.domain.states import Outcome
from sandbox.confluence.story import Ending, Moment, Note, Story
from sandbox.scenarios.expectation import Expected, Scenario, tally
from sandbox.scenarios.registry import last_percent, listed_notes

_ENDINGS = (Ending.DONE, Ending.EXCEPTION, Ending.LOCKED, Ending.NEVER)
#: most long tasks end well
_WEIGHTS = (70, 15, 5, 10)
_OUTCOMES = {
    Ending.EXCEPTION: Outcome.FAILED,
    Ending.LOCKED: Outcome.FAILED,
    Ending.NEVER: Outcome.UNKNOWN,
}
_WORDS = ("Plan", "Budget & costs", "R&D <draft>", "Übersicht", "議事録", "سياسة", "Q3 *final*", "🚀 Launch")


def random_scenario(
    seed: int | random.Random,
    *,
    kind: str = "cloud",
    seconds: tuple[float, float] = (4.0, 20.0),
    endings: tuple[Ending, ...] = _ENDINGS,
) -> Scenario:
    """Return a random scenario, the same for the same seed.

    Durations are within `seconds`. Warnings may come early, disappear, and come back in another order; the thread must
    report those of the last response (`findings`) and may report the others (`fleeting`). Ending.NEVER is a long
    task that Confluence forgets.
    """
    dice = seed if isinstance(seed, random.Random) else random.Random(seed)  # noqa: S311 -- stories, not secrets
    name = f"random_{dice.getrandbits(32):08x}"
    weights = [_WEIGHTS[_ENDINGS.index(ending)] for ending in endings]
    ending = dice.choices(endings, weights)[0]
    operation = dice.choices((Kind.COPY, Kind.DELETE, Kind.ARCHIVE, Kind.SPACE_DELETE), (6, 3, 1, 1))[0]
    if operation not in _LAST:
        ending = ending if ending is not Ending.LOCKED else Ending.DONE
    if ending is Ending.LOCKED:
        operation = Kind.COPY
    ends_at = dice.uniform(*seconds)
    total = dice.randint(3, 400)
    notes = _notes(dice, operation, ending)
    moments = _moments(dice, operation, ends_at=ends_at, total=total, notes=notes, locked=ending is Ending.LOCKED)
    story = Story(
        name=name,
        operation=operation,
        moments=moments,
        ends_at=ends_at,
        ending=ending,
        last_key=_LAST.get(operation),
        last_args=("0" if ending is Ending.LOCKED else str(total),) if operation in _LAST else (),
        notes=notes,
        sentence=None if operation in _LAST else f"Working on {dice.choice(_WORDS)}",
        total=total if operation is Kind.COPY else None,
        destination_id="98765433" if operation is Kind.COPY else None,
        destination_url=f"/spaces/D/pages/{dice.randint(1, 10**9)}" if operation is Kind.COPY else None,
        gone_at=ends_at if ending is Ending.NEVER else None,
    )
    return Scenario(name=name, kind=kind, story=story, expected=_expected(story, kind))


_LAST = {Kind.COPY: "STATUS_COPIED_PAGES", Kind.DELETE: "STATUS_DELETED_PAGES"}


def _expected(story: Story, kind: str) -> Expected:
    everything = listed_notes(story, kind)
    certain: tuple[Note, ...] = ()
    if story.ending is not Ending.NEVER:
        kept = (*story.notes, Note("ERROR_UNKNOWN"))
        certain = tuple(note for note in everything if note in kept)
    outcome = _OUTCOMES.get(story.ending, Outcome.PROBLEMS if tally(everything) else Outcome.FINISHED)
    return Expected(
        outcome=outcome,
        findings=tally(certain),
        fleeting=tuple(note for note in everything if note not in certain),
        destination=story.destination_url if story.ending is Ending.DONE else None,
        last_percent=last_percent(story, kind),
    )


def _notes(dice: random.Random, operation: Kind, ending: Ending) -> tuple[Note, ...]:
    if ending is Ending.LOCKED:
        return (Note("ERROR_LOCK_FAILED", ("DEST",)),)
    if operation is Kind.DELETE:
        return tuple(
            Note(key, (str(dice.choice((0, 0, 1, 5, 33))),))
            for key in ("WARN_IGNORE_EDIT_RESTRICTED", "WARN_IGNORE_VIEW_RESTRICTED")
        )
    if operation is not Kind.COPY:
        return ()
    found = [
        Note("WARN_RENAME_PAGE", (title, f"{title} ({dice.randint(2, 9)})"))
        for title in (f"{dice.choice(_WORDS)} {number}" for number in range(dice.choice((0, 0, 1, 3, 12, 60))))
    ]
    others = (
        Note("WARN_IGNORE_COPY_PERMISSION"),
        Note("WARN_IGNORE_COPY_ATTACHMENT"),
        Note("ERROR_COPY_PAGE", (dice.choice(_WORDS), str(dice.randint(1, 10**9)), "/display/SRC/x")),
        Note("ERROR_RELINK"),
        Note("WARN_NOBODY_KNOWS", (dice.choice(_WORDS),)),
    )
    found += [note for note in others if dice.random() < 0.2]
    dice.shuffle(found)
    return tuple(found)


def _moments(
    dice: random.Random,
    operation: Kind,
    *,
    ends_at: float,
    total: int,
    notes: tuple[Note, ...],
    locked: bool,
) -> tuple[Moment, ...]:
    if locked:
        return (Moment(at=0, percent=0, key="INITIALIZING_TASK"),)
    keys = {
        Kind.COPY: ("STATUS_COPIED_PAGES", "STATUS_RELINK_PAGES"),
        Kind.DELETE: ("STATUS_DELETING_PAGES", "STATUS_MOVING_PAGES"),
    }
    working, closing = keys.get(operation, (None, None))
    moments = [Moment(at=0, percent=0, key="INITIALIZING_TASK" if working else None)]
    times = sorted(dice.uniform(0.05, 0.9) * ends_at for _ in range(dice.randint(1, 9)))
    percents = sorted(dice.randint(1, 97) for _ in times)
    if len(percents) > 3 and dice.random() < 0.2:
        # a percentage may fall
        percents[2] = percents[0]
    for at, percent in zip(times, percents, strict=True):
        late = closing is not None and percent > 85
        args = () if late or working is None else (str(total * percent // 100), str(total))
        shown = list(dice.sample(notes, dice.randint(0, len(notes)))) if dice.random() < 0.6 else []
        moments.append(
            Moment(
                at=at,
                percent=percent,
                key=closing if late else working,
                args=args,
                notes=tuple(shown) if operation is Kind.COPY else (),
            )
        )
    return tuple(moments)

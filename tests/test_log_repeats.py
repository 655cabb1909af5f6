from bot.log.repeats import MINUTE, Repeat, Repeats


def lines(repeats: Repeats, place: str, times: int, *, now: float) -> list[bool]:
    """Whether each of so many lines of a place is written."""
    return [repeats.admits(place, now) for _ in range(times)]


def test_the_first_lines_of_a_place_are_written_and_the_rest_of_its_minute_is_counted() -> None:
    repeats = Repeats(most=2)

    assert lines(repeats, "a", 5, now=0.0) == [True, True, False, False, False]
    assert lines(repeats, "b", 1, now=1.0) == [True]
    assert repeats.over(MINUTE - 0.1) == []
    assert repeats.over(MINUTE) == [Repeat("a", 3)]
    assert repeats.over(MINUTE) == []
    assert lines(repeats, "a", 3, now=MINUTE) == [True, True, False]


def test_a_place_that_goes_on_is_counted_minute_by_minute() -> None:
    repeats, said = Repeats(most=1), []
    for second in range(180):
        said += repeats.over(float(second))
        repeats.admits("a", float(second))

    assert said == [Repeat("a", 59), Repeat("a", 59)]


def test_what_is_remembered_is_bounded_and_nothing_that_was_counted_is_lost() -> None:
    repeats, said = Repeats(most=1, places=3), []
    for number in range(100):
        said += repeats.over(0.0)
        lines(repeats, f"place {number}", 2, now=0.0)

    assert len(repeats._counts) == 3
    assert said + repeats.over(MINUTE) == [Repeat(f"place {number}", 1) for number in range(100)]

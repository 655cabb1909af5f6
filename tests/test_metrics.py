from bot.metrics import Metrics
from tests.support.metrics import samples


def test_looks_are_counted_by_result_with_their_lateness() -> None:
    metrics = Metrics()
    metrics.look("Seen", lateness=0.5, duration=0.2)
    metrics.look("Seen", lateness=-1.0, duration=0.2)
    metrics.look("RateLimited", lateness=2.0, duration=0.1)
    names = ("longtask_looks_total", "longtask_look_lateness_seconds_sum", "longtask_rate_limited_total")
    assert samples(metrics, *names) == {
        'longtask_looks_total{result="Seen"}': 2.0,
        'longtask_looks_total{result="RateLimited"}': 1.0,
        "longtask_look_lateness_seconds_sum": 2.5,
        'longtask_rate_limited_total{system="confluence"}': 1.0,
    }


def test_calls_to_slack_are_counted_by_method_and_answer() -> None:
    metrics = Metrics()
    metrics.slack_call("chat.update", "ok")
    metrics.slack_call("chat.update", "rate_limited")
    assert samples(metrics, "longtask_slack_calls_total", "longtask_rate_limited_total") == {
        'longtask_slack_calls_total{answer="ok",method="chat.update"}': 1.0,
        'longtask_slack_calls_total{answer="rate_limited",method="chat.update"}': 1.0,
        'longtask_rate_limited_total{system="slack"}': 1.0,
    }


def test_messages_are_counted_by_kind_with_their_age() -> None:
    metrics = Metrics()
    metrics.message_posted("completion", age=1.5)
    metrics.message_edited("card")
    names = ("longtask_messages_posted_total", "longtask_message_age_seconds_sum", "longtask_messages_edited_total")
    assert samples(metrics, *names) == {
        'longtask_messages_posted_total{kind="completion"}': 1.0,
        'longtask_message_age_seconds_sum{kind="completion"}': 1.5,
        'longtask_messages_edited_total{kind="card"}': 1.0,
    }


def test_a_request_is_in_flight_within_its_context() -> None:
    metrics = Metrics()
    with metrics.in_flight("slack"):
        during = samples(metrics, "longtask_in_flight")
    after = samples(metrics, "longtask_in_flight")
    sample = 'longtask_in_flight{system="slack"}'
    assert (during, after) == ({sample: 1.0}, {sample: 0.0})


def test_connections_and_envelopes_of_socket_mode_are_counted() -> None:
    metrics = Metrics()
    metrics.sockets_open(lambda: 2)
    metrics.socket_opened("ok")
    metrics.envelope("events_api", "acknowledged")
    names = ("longtask_sockets_open", "longtask_sockets_opened_total", "longtask_envelopes_total")
    assert samples(metrics, *names) == {
        "longtask_sockets_open": 2.0,
        'longtask_sockets_opened_total{result="ok"}': 1.0,
        'longtask_envelopes_total{kind="events_api",result="acknowledged"}': 1.0,
    }


def test_what_could_not_be_read_is_counted() -> None:
    metrics = Metrics()
    metrics.unread(unknown_keys=1, dropped_parts=2)
    metrics.unread()
    assert samples(metrics, "longtask_unknown_status_keys_total", "longtask_dropped_parts_total") == {
        "longtask_unknown_status_keys_total": 1.0,
        "longtask_dropped_parts_total": 2.0,
    }


def test_each_process_has_metrics_of_its_own() -> None:
    first, second = Metrics(), Metrics()
    first.turn("poll", True)
    assert samples(second, "longtask_turns_total") == {}
    assert samples(first, "longtask_turns_total", "longtask_crashed_turns_total") == {
        'longtask_turns_total{loop="poll"}': 1.0,
        'longtask_crashed_turns_total{loop="poll"}': 1.0,
    }

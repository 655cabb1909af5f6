"""Text after the slash command becomes a command, or a problem that says why not."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.command import (
    Command,
    Connect,
    Disconnect,
    Follow,
    ForeignSite,
    KindMismatch,
    ListFollowed,
    Misread,
    NoSite,
    NotALongTask,
    NotUnderstood,
    OtherTask,
    Reference,
    Scope,
    ShowChecks,
    ShowHelp,
    ShowRunning,
    ShowSettings,
    ShowStatus,
    SiteKind,
    SiteName,
    Stop,
    StopAll,
    TooMany,
    WhichSite,
)
from bot.domain.command_parser import parse_command
from bot.domain.states import Verbosity

CLOUD_ID = "11111111-1111-4111-8111-111111111111"
UUID = "3f0c6a52-7d0e-4b21-9a77-0f5f1c0f9e11"
ACME = SiteName(
    site_id=1, alias="acme", host="acme.atlassian.net", base_url="https://acme.atlassian.net", cloud_id=CLOUD_ID
)
HOUSE = SiteName(site_id=2, alias="house", host="wiki.example.com", base_url="https://wiki.example.com/confluence")
LAB = SiteName(site_id=3, alias="lab", host="wiki.example.com", base_url="https://wiki.example.com/lab")


def ref(remote_id: str, site_id: int = 1) -> Reference:
    return Reference(site_id=site_id, remote_id=remote_id)


def follow(*remote_ids: str, verbosity: Verbosity | None = None, label: str | None = None) -> Follow:
    return Follow(refs=tuple(ref(remote_id) for remote_id in remote_ids), verbosity=verbosity, label=label)


def parse(text: str, *sites: SiteName) -> Command:
    return parse_command(text, sites=sites or (ACME,))


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("", ShowRunning()),
        ("   ", ShowRunning()),
        ("help", ShowHelp()),
        ("HELP me please", ShowHelp()),
        ("?", ShowHelp()),
        ("`help`", ShowHelp()),
        ("help!", ShowHelp()),
        ("connect", Connect()),
        ("Disconnect", Disconnect()),
        ("settings", ShowSettings()),
        ("Doctor", ShowChecks()),
        ("list", ListFollowed()),
        ("list mine", ListFollowed(scope=Scope.MINE)),
        ("LIST  Channel 3", ListFollowed(scope=Scope.CHANNEL, page=3)),
        ("list all page 2", ListFollowed(page=2)),
        ("list 0", ListFollowed(page=0)),
        ("list 999999", ListFollowed(page=999_999)),
        ("status", ShowStatus()),
        ("status 123", ShowStatus(ref=ref("123"))),
        ("Status  <https://acme.atlassian.net/wiki/rest/api/longtask/123>", ShowStatus(ref=ref("123"))),
        ("stop", Stop()),
        ("stop 123", Stop(ref=ref("123"))),
        ("stop ALL", StopAll()),
        ("123", follow("123")),
        ("follow 123", follow("123")),
        ("123 quiet", follow("123", verbosity=Verbosity.QUIET)),
        ("123 456 All", follow("123", "456", verbosity=Verbosity.ALL)),
        ("normal 123 normal", follow("123", verbosity=Verbosity.NORMAL)),
        ("  123   456  ", follow("123", "456")),
        ("123, 456;789", follow("123", "456", "789")),
        ("123\n456\t789", follow("123", "456", "789")),
        ("123 456 123", follow("123", "456")),
        (" ".join(map(str, range(10))), follow(*map(str, range(10)))),
        (" ".join(["7"] * 30), follow("7")),
        ("7 " * 6_000, follow("7")),
    ],
)
def test_each_command_is_parsed_in_any_case_and_spacing(text: str, command: Command) -> None:
    assert parse(text) == command


@pytest.mark.parametrize(
    "word",
    [
        "2272737477",
        "“2272737477”",
        "‘2272737477’",
        '"2272737477"',
        "`2272737477`",
        "```2272737477```",
        "\u200b2272737477\ufeff",
        "2272737477.",
        "(2272737477)",
        "https://acme.atlassian.net/wiki/rest/api/longtask/2272737477",
        "https://acme.atlassian.net/rest/api/longtask/2272737477/",
        "HTTPS://ACME.atlassian.net:443/wiki/rest/api/longtask/2272737477?expand=x#y",
        "http://acme.atlassian.net/wiki/rest/api/longtask/2272737477",
        "acme.atlassian.net/wiki/rest/api/longtask/2272737477",
        "<https://acme.atlassian.net/wiki/rest/api/longtask/2272737477>",
        "<https://acme.atlassian.net/wiki/rest/api/longtask/2272737477|acme.atlassian.net/wiki/rest and more>",
        "&lt;https://acme.atlassian.net/wiki/rest/api/longtask/2272737477&gt;",
        "<https://acme.atlassian.net/wiki/admin/longrunningtask.action?a=1&amp;taskId=2272737477>",
        f"https://api.atlassian.com/ex/confluence/{CLOUD_ID}/wiki/rest/api/longtask/2272737477",
        f"https://api.atlassian.com/ex/confluence/{CLOUD_ID.upper()}/rest/api/longtask/2272737477",
        "/rest/api/longtask/2272737477",
        "/wiki/rest/api/longtask/2272737477",
        "ari:cloud:confluence::long-task/2272737477",
        f"ari:cloud:confluence:{CLOUD_ID}:long-task/2272737477",
        f"ARI:cloud:confluence:{CLOUD_ID}:long-running-task:2272737477",
        "acme:2272737477",
        "ACME:2272737477",
        '{"id":"2272737477","links":{"status":"/rest/api/longtask/2272737477"}}',
        "{ “id”: “2272737477”,\n  “links”: { “status”: “/rest/api/longtask/2272737477” } }",
        "{&quot;id&quot;: 2272737477, &quot;ari&quot;: &quot;a&amp;b&quot;}",
        '```json\n{"id":"2272737477"}```',
        '{"taskId":"2272737477"}',
        '{"longTaskId":"2272737477"}',
        '{"id":"2272737477","name":"two\nlines"}',
        '{"ari":"ari:cloud:confluence::long-task/2272737477"}',
        '{"id":"2272737477","links":{"status":"<https://acme.atlassian.net/wiki/rest/api/longtask/2272737477>"}}',
        '{"id":"2272737477","_links":{"self":"https://acme.atlassian.net/wiki/rest/api/longtask/2272737477"}}',
    ],
)
def test_each_form_of_a_reference_names_the_same_long_task(word: str) -> None:
    assert parse(word) == follow("2272737477")
    assert parse(f"Status {word}") == ShowStatus(ref=ref("2272737477"))


@pytest.mark.parametrize(
    ("word", "remote_id"),
    [
        ("0", "0"),
        ("9" * 20, "9" * 20),
        (UUID, UUID),
        (UUID.upper(), UUID),
        ("/rest/api/longtask/task-42_X", "task-42_X"),
        ("acme:task-42_X", "task-42_X"),
        ('{"id":"task-42_X"}', "task-42_X"),
        ("/rest/api/longtask/" + "a:" * 64, "a:" * 64),
        ("/rest/api/longtask/%34%32", "42"),
    ],
)
def test_ids_of_each_kind_are_accepted(word: str, remote_id: str) -> None:
    assert parse(word) == follow(remote_id)


def test_response_bodies_and_ids_can_be_mixed() -> None:
    text = '{"id":"1","links":{}} 2 {"id":"3"},{"id":"1"} quiet'
    assert parse(text) == follow("1", "2", "3", verbosity=Verbosity.QUIET)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("halp", NotUnderstood(reason=Misread.WORD, what="halp", suggestion="help")),
        ("staus 123", NotUnderstood(reason=Misread.WORD, what="staus", suggestion="status 123")),
        ("docter", NotUnderstood(reason=Misread.WORD, what="docter", suggestion="doctor")),
        ("doktr", NotUnderstood(reason=Misread.WORD, what="doktr", suggestion="doktor")),
        ("123 quite", NotUnderstood(reason=Misread.WORD, what="quite", suggestion="123 quiet")),
        ("staus 123 quite", NotUnderstood(reason=Misread.WORD, what="staus", suggestion="status 123")),
        ("123 quite 456 al", NotUnderstood(reason=Misread.WORD, what="quite", suggestion="123 quiet 456")),
        ("123 stop", NotUnderstood(reason=Misread.WORD, what="stop", suggestion="stop 123")),
        ("hilf", NotUnderstood(reason=Misread.WORD, what="hilf", suggestion="hilfe")),
        ("123 leize", NotUnderstood(reason=Misread.WORD, what="leize", suggestion="123 leise")),
        ("halp `", NotUnderstood(reason=Misread.WORD, what="halp", suggestion="help")),
        ("halp a`b", NotUnderstood(reason=Misread.WORD, what="halp")),
        ("halp " + "x" * 300, NotUnderstood(reason=Misread.WORD, what="halp")),
        ("my page", NotUnderstood(reason=Misread.WORD, what="my")),
        ("status my page", NotUnderstood(reason=Misread.WORD, what="my")),
        ("x" * 80, NotUnderstood(reason=Misread.WORD, what="x" * 80)),
        ("x" * 81, NotUnderstood(reason=Misread.WORD, what="x" * 79 + "…")),
        ("task-42", NotUnderstood(reason=Misread.WORD, what="task-42")),
        ("٣٤", NotUnderstood(reason=Misread.WORD, what="٣٤")),
        ("123 quiet all", NotUnderstood(reason=Misread.VERBOSITY, what="quiet all", suggestion="123 quiet")),
        ("quiet", NotUnderstood(reason=Misread.NO_REFERENCE, what="quiet")),
        ("follow", NotUnderstood(reason=Misread.NO_REFERENCE, what="follow")),
        ("Folgen", NotUnderstood(reason=Misread.NO_REFERENCE, what="Folgen")),
        ("stop al", NotUnderstood(reason=Misread.WORD, what="al", suggestion="stop all")),
        ("status quiet", NotUnderstood(reason=Misread.SURPLUS, what="quiet", suggestion="status")),
        ("stop quiet 1", NotUnderstood(reason=Misread.SURPLUS, what="quiet", suggestion="stop 1")),
        ("123 as", NotUnderstood(reason=Misread.NO_LABEL, what="as", suggestion="123 as Handbook")),
        ("123 leise Als", NotUnderstood(reason=Misread.NO_LABEL, what="Als", suggestion="123 leise Als Handbook")),
        ("as Team", NotUnderstood(reason=Misread.WORD, what="as")),
        ("stop all 1", NotUnderstood(reason=Misread.SURPLUS, what="1", suggestion="stop all")),
        ("status 1 2", NotUnderstood(reason=Misread.ONE_REFERENCE, what="status", suggestion="status 1")),
        ("stop 1 quiet", NotUnderstood(reason=Misread.SURPLUS, what="quiet", suggestion="stop 1")),
        ("connect me", NotUnderstood(reason=Misread.SURPLUS, what="me", suggestion="connect")),
        ("doctor now", NotUnderstood(reason=Misread.SURPLUS, what="now", suggestion="doctor")),
        ("list min 2", NotUnderstood(reason=Misread.SURPLUS, what="min", suggestion="list mine 2")),
        ("list page foo 2", NotUnderstood(reason=Misread.SURPLUS, what="foo", suggestion="list page 2")),
        ("9" * 21, NotUnderstood(reason=Misread.ID, what="9" * 21)),
        ("/rest/api/longtask/a%2Fb", NotUnderstood(reason=Misread.ID, what="a/b")),
        ("/rest/api/longtask/" + "a" * 129, NotUnderstood(reason=Misread.ID, what="a" * 79 + "…")),
        ('{"id":"../../x"}', NotUnderstood(reason=Misread.ID, what="../../x")),
        ("acme:a.b", NotUnderstood(reason=Misread.ID, what="a.b")),
        ("acne:123", NotUnderstood(reason=Misread.ALIAS, what="acne", suggestion="acme:123")),
        ("stop acne:123", NotUnderstood(reason=Misread.ALIAS, what="acne", suggestion="stop acme:123")),
        ("zzz:123", NotUnderstood(reason=Misread.ALIAS, what="zzz")),
        (
            "https://acme.atlassian.net/wiki/spaces/X/pages/1",
            NotUnderstood(reason=Misread.URL, what="https://acme.atlassian.net/wiki/spaces/X/pages/1"),
        ),
        ("https://", NotUnderstood(reason=Misread.URL, what="https://")),
        ("https://[::1/x", NotUnderstood(reason=Misread.URL, what="https://[::1/x")),
        ("https://acme.atlassian.net:x/", NotUnderstood(reason=Misread.URL, what="https://acme.atlassian.net:x/")),
        ('{"id": 12', NotUnderstood(reason=Misread.JSON, what='{"id": 12')),
        ("{}", NotUnderstood(reason=Misread.JSON, what="{}")),
        ('{"id": " "}', NotUnderstood(reason=Misread.JSON, what='{"id": " "}')),
        ('{"id": [1]}', NotUnderstood(reason=Misread.JSON, what='{"id": [1]}')),
        ('{"a":' * 2_000, NotUnderstood(reason=Misread.JSON, what=('{"a":' * 20)[:79] + "…")),
        ("1 " * 6_000 + "1", NotUnderstood(reason=Misread.LENGTH, what=("1 " * 40)[:79] + "…")),
        ("list 1234567", NotUnderstood(reason=Misread.SURPLUS, what="1234567", suggestion="list")),
        (" ".join(map(str, range(11))), TooMany(count=11, limit=10)),
        ("https://evil.example/wiki/rest/api/longtask/1", ForeignSite(host="evil.example")),
        ("https://acme.atlassian.net@evil.example/rest/api/longtask/1", ForeignSite(host="evil.example")),
        ("https://acme.atlassian.net:8443/rest/api/longtask/1", ForeignSite(host="acme.atlassian.net:8443")),
        ("https://acme.atlassian.net.evil.example/x", ForeignSite(host="acme.atlassian.net.evil.example")),
        ("localhost:8090/rest/api/longtask/1", ForeignSite(host="localhost:8090")),
        (
            "https://api.atlassian.com/ex/confluence/22222222/wiki/rest/api/longtask/1",
            ForeignSite(host="api.atlassian.com/ex/confluence/22222222"),
        ),
        ("ari:cloud:confluence:22222222:long-task/1", ForeignSite(host="22222222")),
        (f"https://evil.example/ex/confluence/{CLOUD_ID}/rest/api/longtask/1", ForeignSite(host="evil.example")),
        (
            "https://acme.atlassian.net/wiki/api/v2/pdfexporttask/progress/77",
            NotALongTask(kind=OtherTask.PDF_EXPORT),
        ),
        (
            "<https://acme.atlassian.net/wiki/api/v2/space-permissions/transition/tasks/77|tasks>",
            NotALongTask(kind=OtherTask.SPACE_PERMISSIONS),
        ),
    ],
)
def test_a_text_that_cannot_be_parsed_says_why(text: str, problem: Command) -> None:
    assert parse(text) == problem


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("1001 as Team handbook", follow("1001", label="Team handbook")),
        ("follow 1001 as list", follow("1001", label="list")),
        ("1001 “Team handbook”", follow("1001", label="Team handbook")),
        ('1001 "Team handbook" quiet', follow("1001", verbosity=Verbosity.QUIET, label="Team handbook")),
        ("1001 quiet as Team handbook", follow("1001", verbosity=Verbosity.QUIET, label="Team handbook")),
        ('{"id": "1001"} as Team handbook', follow("1001", label="Team handbook")),
        ('{"id": "1001"} "Team handbook"', follow("1001", label="Team handbook")),
        ("1001 as &lt;b&gt; &amp; co", follow("1001", label="<b> & co")),
        ('"1001" "1002"', follow("1001", "1002")),
        ('"list" "mine"', ListFollowed(scope=Scope.MINE)),
        ('"status" "1001"', ShowStatus(ref=ref("1001"))),
        ("stop 1001 as x", NotUnderstood(reason=Misread.SURPLUS, what="as x", suggestion="stop 1001")),
        ("as handbook", NotUnderstood(reason=Misread.WORD, what="as")),
        (
            "1001 1002 as Team handbook",
            NotUnderstood(reason=Misread.LABEL, what="Team handbook", suggestion="1001 as Team handbook"),
        ),
    ],
)
def test_one_long_task_can_be_given_a_label(text: str, command: Command) -> None:
    assert parse(text) == command


def test_an_id_that_fits_several_sites_asks_which() -> None:
    assert parse("123", ACME, HOUSE) == WhichSite(
        remote_id="123", aliases=("acme", "house"), choices=("acme:123", "house:123")
    )
    assert parse("stop 123", ACME, HOUSE) == WhichSite(
        remote_id="123", aliases=("acme", "house"), choices=("stop acme:123", "stop house:123")
    )
    assert parse("123 lab:1 456 quite", ACME, LAB) == WhichSite(
        remote_id="123",
        aliases=("acme", "lab"),
        choices=("acme:123 lab:1 acme:456 quiet", "lab:123 lab:1 lab:456 quiet"),
    )
    assert parse("house:123", ACME, HOUSE) == Follow(refs=(ref("123", 2),))


def test_the_same_id_on_two_sites_is_two_long_tasks() -> None:
    assert parse("house:1 acme:1 HOUSE:1", ACME, HOUSE) == Follow(refs=(ref("1", 2), ref("1", 1)))


def test_sites_on_one_host_are_distinguished_by_their_paths() -> None:
    for path, site_id in (("confluence", 2), ("lab", 3)):
        url = f"https://wiki.example.com/{path}/rest/api/longtask/{UUID}"
        assert parse(url, HOUSE, LAB) == Follow(refs=(ref(UUID, site_id),))


def test_a_site_at_the_root_of_a_host_is_not_taken_for_its_neighbor() -> None:
    root = SiteName(site_id=4, alias="root", host="wiki.example.com", base_url="https://wiki.example.com")
    url = f"https://wiki.example.com/rest/api/longtask/{UUID}"
    assert parse(url, LAB, root) == Follow(refs=(ref(UUID, 4),))


def test_the_default_port_of_a_site_without_tls_may_be_written() -> None:
    plain = SiteName(site_id=4, alias="plain", host="wiki.example.com", base_url="http://wiki.example.com")
    path = f"/rest/api/longtask/{UUID}"
    assert parse(f"http://wiki.example.com:80{path}", plain) == Follow(refs=(ref(UUID, 4),))
    assert parse(f"http://wiki.example.com:79{path}", plain) == ForeignSite(host="wiki.example.com:79")


def test_a_gateway_url_that_names_no_long_task_is_refused() -> None:
    url = f"https://api.atlassian.com/ex/confluence/{CLOUD_ID}/wiki/x"
    assert parse(url) == NotUnderstood(reason=Misread.URL, what=url[:79] + "…")


def test_the_first_of_several_ids_in_a_query_counts() -> None:
    url = "https://acme.atlassian.net/wiki/admin/longrunningtask.action?taskId=1&taskId=2"
    assert parse(url) == follow("1")


def test_the_url_of_data_centers_page_for_administrators_is_accepted() -> None:
    url = f"https://wiki.example.com/confluence/admin/longrunningtask.action?taskId={UUID}"
    assert parse(url, HOUSE) == Follow(refs=(ref(UUID, 2),))


def test_an_id_without_any_site_is_refused() -> None:
    assert parse_command("123", sites=()) == NoSite(remote_id="123")
    assert parse_command("list", sites=()) == ListFollowed()


@pytest.mark.parametrize(
    "word",
    [
        "https://api.atlassian.com/ex/confluence/22222222/wiki/rest/api/longtask/1",
        "ari:cloud:confluence:22222222:long-task/1",
    ],
)
def test_a_gateway_url_may_belong_to_a_site_whose_cloud_id_is_not_known(word: str) -> None:
    unsure = msgspec.structs.replace(ACME, cloud_id=None)
    house = msgspec.structs.replace(HOUSE, kind=SiteKind.DATACENTER)
    assert parse(word, unsure) == follow("1")
    assert parse(word, unsure, house) == follow("1")
    assert parse(word, unsure, HOUSE) == WhichSite(
        remote_id="1", aliases=("acme", "house"), choices=("acme:1", "house:1")
    )
    assert type(parse(word, ACME, house)) is ForeignSite


def test_the_form_of_an_id_decides_the_site_if_the_products_are_known() -> None:
    cloud = msgspec.structs.replace(ACME, kind=SiteKind.CLOUD)
    house = msgspec.structs.replace(HOUSE, kind=SiteKind.DATACENTER)
    assert parse("123", cloud, house) == follow("123")
    assert parse(UUID, cloud, house) == Follow(refs=(ref(UUID, 2),))
    assert parse("/rest/api/longtask/task-42", cloud) == follow("task-42")
    assert parse("123", house) == KindMismatch(remote_id="123", alias="house", kind=SiteKind.DATACENTER)


def test_another_gateway_can_be_named() -> None:
    url = f"http://127.0.0.1:9999/ex/confluence/{CLOUD_ID}/wiki/rest/api/longtask/1"
    assert parse_command(url, sites=[ACME], gateways=("127.0.0.1",)) == follow("1")


WORDS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["status", "stop", "list", "quiet", "all", "help", "{", "}", '"id":', "<https://", "|x>", "ari:"]),
    st.from_regex(r"https?://[a-z@:.\[\]]{0,20}/rest/api/longtask/[^\s]{0,10}", fullmatch=True),
    st.from_regex(r"[a-z]{0,5}:[0-9a-z-]{0,25}", fullmatch=True),
    st.dictionaries(st.sampled_from(["id", "links", "ari", "taskId"]), st.text(max_size=5) | st.integers()).map(
        json.dumps
    ),
)


ESCAPED = st.text(st.characters(), max_size=20)
JSON_BODIES = st.dictionaries(
    st.sampled_from(["id", "taskId", "ari", "links"]),
    ESCAPED | st.integers() | st.dictionaries(st.sampled_from(["status", "self"]), ESCAPED),
).map(json.dumps)


@given(st.lists(WORDS, max_size=15).map(" ".join) | st.text(max_size=300) | JSON_BODIES)
def test_any_text_is_answered_within_bounds(text: str) -> None:
    for sites in ((), (ACME,), (ACME, HOUSE, LAB)):
        command = parse_command(text, sites=sites)
        assert parse_command(text, sites=sites) == command
        assert len(msgspec.json.encode(command)) < 3_000


@given(
    st.integers(0, 10**20 - 1), st.sampled_from(["{}", "“{}”", "<https://acme.atlassian.net/rest/api/longtask/{}|{}>"])
)
def test_every_number_of_up_to_twenty_digits_is_an_id(number: int, form: str) -> None:
    assert parse(form.format(number, number)) == follow(str(number))


@pytest.mark.parametrize(
    ("body", "remote_id"),
    [
        ('{"id": "47\\u000011"}', "4711"),
        ('{"id": "4711\\ud800"}', "4711"),
        ('{"links": {"status": "/rest/api/longtask/47\\u000711"}}', "4711"),
    ],
)
def test_what_only_escapes_of_json_can_name_is_dropped(body: str, remote_id: str) -> None:
    assert parse(body) == follow(remote_id)


@pytest.mark.parametrize("body", ['{"id": "\\ud800"}', '{"id": "\\u0000"}', '{"id": %s}' % ("9" * 5_000)])
def test_a_json_body_without_a_readable_id_is_not_understood(body: str) -> None:
    found = parse(body)

    assert isinstance(found, NotUnderstood)
    assert found.reason is Misread.JSON


@pytest.mark.parametrize(
    "typed",
    [
        "//evil.example/rest/api/longtask/1",
        "///evil.example/rest/api/longtask/1",
        "/\\evil.example/rest/api/longtask/1",
        "\\\\evil.example\\rest\\api\\longtask\\1",
        '{"links": {"status": "//evil.example/rest/api/longtask/1"}}',
    ],
)
def test_an_address_without_a_scheme_names_its_host(typed: str) -> None:
    assert parse(typed) == ForeignSite(host="evil.example")


def test_an_address_without_a_scheme_can_be_one_of_a_known_site() -> None:
    assert parse("//acme.atlassian.net/wiki/rest/api/longtask/4711") == follow("4711")


@pytest.mark.parametrize("place", ["/wiki/rest/api/longtask/4711?{}", "/wiki/admin/longtask.action?{}&taskId=4711"])
def test_a_url_may_have_any_number_of_parameters(place: str) -> None:
    parameters = "&".join(f"a{number}=1" for number in range(60))

    assert parse("https://acme.atlassian.net" + place.format(parameters)) == follow("4711")

"""What the maskers find, what they leave, and that their time grows with the text and nothing else."""

import time

import pytest

from otel_bridge.masking import card_numbers, combine, emails, phone_numbers, secrets
from otel_bridge.masking.text import Masker

KEY = "Ab1" * 12  # stands for the random part of a key

FOUND = [
    pytest.param(secrets(), f"use sk-proj-{KEY}, please", "use [secret], please", id="OpenAI"),
    pytest.param(secrets(), "AKIAIOSFODNN7EXAMPLE", "[secret]", id="AWS"),
    pytest.param(secrets(), f"x ghp_{KEY} y github_pat_{KEY}", "x [secret] y [secret]", id="GitHub"),
    pytest.param(secrets(), f"xoxb-12345678901-{KEY}", "[secret]", id="Slack"),
    pytest.param(secrets(), f"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.{KEY}", "[secret]", id="JWT"),
    pytest.param(
        secrets(),
        "a -----BEGIN RSA PRIVATE KEY-----\nMIIB\nAA==\n-----END RSA PRIVATE KEY----- b",
        "a [secret] b",
        id="PEM",
    ),
    pytest.param(secrets(), "-----BEGIN PRIVATE KEY-----\nMIIB cut", "[secret]", id="PEM that was cut"),
    pytest.param(secrets(), "password=hunter2&x=1", "password=[secret]&x=1", id="query"),
    pytest.param(secrets(), '{"client_secret": "hunter2"}', '{"client_secret": "[secret]"}', id="JSON text"),
    pytest.param(secrets(), r'"{\"api_key\":\"hunter2\"}"', r'"{\"api_key\":\"[secret]\"}"', id="escaped"),
    pytest.param(secrets(), "password='(a, b)' x", "password='[secret]' x", id="in quotes, with separators"),
    pytest.param(secrets(), '"pwd": "a\\"b c" x', '"pwd": "[secret]" x', id="with an escaped quote"),
    pytest.param(
        secrets(), r"\"pwd\": \"a, b\", \"c\": 1", r"\"pwd\": \"[secret]\", \"c\": 1", id="in escaped quotes"
    ),
    pytest.param(secrets(), 'token: "Bearer a,b"', 'token: "Bearer [secret]"', id="behind a scheme"),
    pytest.param(secrets(), "pwd='a b", "pwd='[secret]", id="that was cut"),
    pytest.param(secrets(), "Authorization: Bearer abc.def", "Authorization: Bearer [secret]", id="header"),
    pytest.param(
        secrets(), "postgres://me:hunter2@db/x", "postgres://me:[secret]@db/x", id="URL with a password"
    ),
    pytest.param(emails(), "to a.b+c@mail.example.co.uk.", "to [email].", id="address"),
    pytest.param(emails(), "jürgen@müller.de", "[email]", id="letters of any script"),
    pytest.param(emails(), "?to=a%40example.com&x", "?to=[email]&x", id="address in a URL"),
    pytest.param(card_numbers(), "4111 1111 1111 1111!", "[card]!", id="Visa"),
    pytest.param(card_numbers(), "a 378282246310005 b", "a [card] b", id="Amex"),
    pytest.param(card_numbers(), "7 4111-1111-1111-1111 9", "7 [card] 9", id="between other numbers"),
    pytest.param(phone_numbers(), "+49 (30) 123456-78", "[phone]", id="international"),
    pytest.param(phone_numbers(), "ring (212) 555-0100 now", "ring [phone] now", id="North American"),
    pytest.param(phone_numbers(), "06 12 34 56 78", "[phone]", id="national, in groups"),
]

LEFT = [
    pytest.param(secrets(), "the basic responsibilities of a task-force, sk-learn", id="words"),
    pytest.param(secrets(), "token: '', pwd=\"\"", id="empty"),
    pytest.param(secrets(), "prompt_tokens: 12, tokens=5", id="counts of tokens"),
    pytest.param(emails(), "@decorator a@b x @ y.com", id="no address"),
    pytest.param(card_numbers(), "4111 1111 1111 1112", id="wrong checksum"),
    pytest.param(card_numbers(), "1763900000000000000", id="nanoseconds"),
    pytest.param(phone_numbers(), "2024-01-02 10:11:12, 01/02/2024, 192.168.100.100, 1.2.3", id="dates, addresses"),
]  # fmt: skip


@pytest.mark.parametrize(("masker", "text", "masked"), FOUND)
def test_what_is_found(masker: Masker, text: str, masked: str) -> None:
    assert masker(text) == masked


@pytest.mark.parametrize(("masker", "text"), LEFT)
def test_what_is_left(masker: Masker, text: str) -> None:
    assert masker(text) == text


def test_a_number_can_be_a_card() -> None:
    assert card_numbers()({"n": 4111111111111111, "t": 1763900000000000000}) == {
        "n": "[card]",
        "t": 1763900000000000000,
    }


ALL = combine(secrets(), emails(), card_numbers(), phone_numbers())
HARD = [
    "a", "a@", "1", "4 ", "://a:", "password=", "eyJaaaaaaaaa.", "-----BEGIN PRIVATE KEY-----", "-----BEGIN ",
    "+1 ", "01 ", "a.", "sk-", "x@a.", "+1(1)", "a%40", "Bearer ", "\\\"", "((((", "token", " ",
]  # fmt: skip


def seconds(text: str) -> float:
    best = float("inf")
    for _ in range(3):
        begin = time.process_time()
        ALL(text)
        best = min(best, time.process_time() - begin)
    return best


@pytest.mark.parametrize("part", HARD)
def test_four_times_the_text_takes_about_four_times_as_long(part: str) -> None:
    short, long = (part * (size // len(part)) for size in (10_000, 40_000))

    assert seconds(long) < 9 * seconds(short) + 0.01


def test_a_megabyte_comes_through_whole() -> None:
    text = "word a@x.org " * 80_000

    assert ALL(text) == "word [email] " * 80_000

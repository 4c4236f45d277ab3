"""When a text is remembered as a whole: before its tail makes opening it slow."""

from policylab.coediting.tail import MOST_BYTES, MOST_PARTS, MOST_ROWS, PART_BYTES, Tail


def test_many_rows_make_it_time_whatever_is_in_them() -> None:
    tail = Tail()
    for _ in range(MOST_ROWS):
        assert not tail.long_beside(0)
        tail.add([b"x"], 1)
    assert tail.long_beside(1_000_000_000)


def test_many_parts_make_it_time_and_more_of_them_in_a_longer_text() -> None:
    tail = Tail()
    tail.add([b"x" * 100], MOST_PARTS - 1)
    assert not tail.long_beside(0)
    tail.add([b"x"], 1)
    assert tail.long_beside(0)
    assert not tail.long_beside(4 * MOST_PARTS * PART_BYTES)


def test_few_long_words_are_no_long_tail_until_they_are_megabytes() -> None:
    tail = Tail()
    tail.add([b"x" * (MOST_BYTES - 1)], 10)
    assert not tail.long_beside(0)
    tail.add([b"x"], 1)
    assert tail.long_beside(0)


def test_parts_that_nobody_counted_are_guessed_from_the_bytes() -> None:
    tail = Tail()
    tail.add([b"x" * MOST_PARTS * PART_BYTES])
    assert tail.long_beside(0)

"""The texts that searching is measured with are the same for everybody, and like what people write."""

from __future__ import annotations

from collections import Counter
from itertools import islice

from bench.corpus import CHINESE, ENGLISH, make_texts


def test_they_are_the_same_every_time() -> None:
    assert list(islice(make_texts(), 50)) == list(islice(make_texts(), 50))
    assert list(islice(make_texts(1), 50)) != list(islice(make_texts(2), 50))


def test_both_languages_are_there_and_no_text_is_empty() -> None:
    texts = list(islice(make_texts(), 1000))
    english = sum(text.isascii() for text in texts)
    assert english == 400
    assert all(text.strip() for text in texts)


def test_a_few_words_are_everywhere_and_most_are_rare() -> None:
    words = Counter(word for text in islice(make_texts(), 5000) if text.isascii() for word in text.split())
    often = [word for word, _ in words.most_common(50)]
    assert set(often) <= set(ENGLISH)
    assert sum(count for word, count in words.items() if word in often) > words.total() / 4
    assert sum(1 for count in words.values() if count == 1) > len(words) / 4
    assert any(CHINESE[0] in text for text in islice(make_texts(), 500))

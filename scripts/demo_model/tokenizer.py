"""Byte-level BPE whose merges keep an identifier the same tokens wherever it stands.

Ordinary BPE glues a word to the character before it, so `price`, ` price` and `(price` share no
token and copying has to be learned three times. Here merges never cross from punctuation into
letters (except ` return` and other fixed words), nouns are cut into pieces of at most three
letters, and only the fixed words of the transcripts become whole tokens. The pre-tokenizer is
llama.cpp's "qwen2", so the GGUF needs no code of its own.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from random import Random

import words

USER_DEFINED = ("<tool_call>", "</tool_call>")
FIM = ("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>")  # by these texts llama.cpp knows them
CONTROL = ("<|im_start|>", "<|im_end|>", "<|endoftext|>", *FIM)
SPECIAL = (*CONTROL[:2], *USER_DEFINED, *CONTROL[2:])
# llama.cpp's qwen2 expression, with \p{L} and \p{N} in Python's terms.
_L, _N = r"[^\W\d_]", r"\d"
PRE = re.compile(rf"(?i:'s|'t|'re|'ve|'m|'ll|'d)|(?:[^\r\n\w]|_)?{_L}+|{_N}|"
                 rf" ?(?:[^\s\w]|_)+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
_PARTS = re.compile("|".join(re.escape(s) for s in SPECIAL))

PUNCTUATION = ("{\"", "\",", "\":", "\"}", "\"}}", "}}", "):", "()", "([", "])", "+=", "-=", "*=", "==", "!=", ">=",
               "<=", "\\n", "...", "__", "\"\"", "\"\"\"",
               "({", "})", "});", ");", "&&", "::", ">&", "++)", "();", "[-")
SPACED = ("{\"", "\"", "+=", "-=", "*=", "==", "!=", ">=", "<=", "=", "+", "-", "*", "/", "<", ">", "[", "(", "{",
          "//", "%", "!(", "{};")
SPACED_WORDS = ("return for in if def import unittest range line len is not the test tests bug pass call most recent "
                "and that so still fail fails module python "
                "int const std vector string bool double inline auto include true false min max make error").split()
NOUN_MERGES = 260


def byte_alphabet() -> dict[int, str]:
    """GPT-2's printable stand-in for each byte."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    table = {b: chr(b) for b in printable}
    for offset, byte in enumerate(b for b in range(256) if b not in table):
        table[byte] = chr(256 + offset)
    return table


ALPHABET = byte_alphabet()


def spelled(text: str) -> str:
    return "".join(ALPHABET[b] for b in text.encode())


class Tokenizer:
    def __init__(self, merges: list[tuple[str, str]]):
        self.merges = merges
        self.rank = {pair: i for i, pair in enumerate(merges)}
        self.tokens = [*ALPHABET.values(), *dict.fromkeys(a + b for a, b in merges), *SPECIAL]
        self.ids = {token: i for i, token in enumerate(self.tokens)}
        self.end = self.ids["<|im_end|>"]
        self.end_of_text = self.ids["<|endoftext|>"]
        self._cache: dict[str, list[int]] = {}

    def encode(self, text: str) -> list[int]:
        ids: list[int] = []
        at = 0
        for match in _PARTS.finditer(text):
            ids += self._plain(text[at : match.start()])
            ids.append(self.ids[match.group()])
            at = match.end()
        return ids + self._plain(text[at:])

    def decode(self, ids: Iterable[int]) -> str:
        back = {c: b for b, c in ALPHABET.items()}
        joined = "".join(self.tokens[i] for i in ids)
        return bytes(back[c] for c in joined if c in back).decode(errors="replace")

    def _plain(self, text: str) -> list[int]:
        ids: list[int] = []
        for word in PRE.findall(text):
            if word not in self._cache:
                self._cache[word] = [self.ids[p] for p in merge_all(list(spelled(word)), self.rank)]
            ids += self._cache[word]
        return ids

    def save(self, path: Path) -> None:
        path.write_text(json.dumps([" ".join(pair) for pair in self.merges]))

    @classmethod
    def load(cls, path: Path) -> "Tokenizer":
        return cls([tuple(line.split(" ")) for line in json.loads(path.read_text())])


def merge_all(pieces: list[str], rank: dict[tuple[str, str], int]) -> list[str]:
    while len(pieces) > 1:
        best = min(zip(pieces, pieces[1:]), key=lambda pair: rank.get(pair, len(rank)))
        if best not in rank:
            break
        pieces = join(pieces, best)
    return pieces


def join(pieces: list[str], pair: tuple[str, str]) -> list[str]:
    out: list[str] = []
    for piece in pieces:
        if out and (out[-1], piece) == pair:
            out[-1] += piece
        else:
            out.append(piece)
    return out


def learn(vocabulary: Counter, merges: list[tuple[str, str]], limit: int, longest: int) -> None:
    """Appends up to `limit` merges that make tokens of at most `longest` letters."""
    rank = {pair: i for i, pair in enumerate(merges)}
    split = {word: merge_all(list(word), rank) for word in vocabulary}
    for _ in range(limit):
        pairs: Counter = Counter()
        for word, pieces in split.items():
            for pair in zip(pieces, pieces[1:]):
                if len(pair[0]) + len(pair[1]) <= longest:
                    pairs[pair] += vocabulary[word]
        if not pairs:
            return
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        split = {word: join(pieces, best) for word, pieces in split.items()}


def chain(merges: list[tuple[str, str]], text: str) -> None:
    """The merges that build `text` from left to right."""
    text = spelled(text)
    for i in range(1, len(text)):
        if (text[:i], text[i]) not in merges:
            merges.append((text[:i], text[i]))


def train(texts: Iterable[str], base: Tokenizer | None = None) -> Tokenizer:
    """Texts are transcripts; words that are no nouns and occur in 0.2 % of them become tokens. The merges
    of `base` come first, so that what it cuts well stays as it is."""
    known = {*words.TRAIN, *map(words.plural, words.TRAIN)}
    nouns = Counter(sorted(known))
    rng = Random(7)
    nouns.update(words.made_up(rng) for _ in range(4000))
    documents, seen = 0, Counter()
    for text in texts:
        documents += 1
        seen.update(set(re.findall(r"[A-Za-z]+", text)))
    fixed = Counter({w: 1 for w, n in seen.items() if n >= max(3, documents / 500) and w.lower() not in known})
    merges: list[tuple[str, str]] = list(base.merges) if base else []
    if not base:
        learn(nouns, merges, NOUN_MERGES, 3)
    learn(fixed, merges, 5000, 99)
    for text in PUNCTUATION:
        chain(merges, text)
    space = ALPHABET[ord(" ")]
    merges += [(space * a, space * b) for a, b in ((1, 1), (2, 1), (2, 2), (2, 3), (4, 3), (4, 7))]
    for run in "-=~^":
        merges += [p for n in (1, 2, 4, 8, 16, 32) if (p := (run * n, run * n)) not in merges]
    merges += [(run * 64, run * 4) for run in "-="] + [(run * 68, run * 2) for run in "-="]
    merges += [(space, text) for text in SPACED]
    rank = {pair: i for i, pair in enumerate(merges)}
    merges += [(space, w) for w in SPACED_WORDS if merge_all(list(w), rank) == [w]]
    return Tokenizer(list(dict.fromkeys(merges)))

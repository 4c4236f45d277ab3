"""RFC 9162 proofs, checked by a program that shares nothing with ours: plain recursion."""

import hashlib


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def included(leaf: bytes, index: int, size: int, path: list[bytes], root: bytes) -> bool:
    """Section 2.1.3.2, by rebuilding the root from the top down."""

    def rebuild(index: int, size: int, path: list[bytes]) -> bytes | None:
        if size == 1:
            return leaf if not path else None
        if not path:
            return None
        half = 1
        while half * 2 < size:
            half *= 2
        *rest, sibling = path
        if index < half:
            inner = rebuild(index, half, rest)
            return inner and node(inner, sibling)
        inner = rebuild(index - half, size - half, rest)
        return inner and node(sibling, inner)

    return 0 <= index < size and rebuild(index, size, list(path)) == root


def consistent(first: int, second: int, old: bytes, new: bytes, path: list[bytes]) -> bool:
    """Section 2.1.4.2, step by step."""
    if first == second:
        return not path and old == new
    if first & (first - 1) == 0:
        path = [old, *path]
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    if not path:
        return False
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node(c, fr), node(c, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node(sr, c)
        fn, sn = fn >> 1, sn >> 1
    return fr == old and sr == new and sn == 0

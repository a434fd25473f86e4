"""LEB128: numbers as groups of seven bits, the lowest first; bit 7 says that another follows."""

from __future__ import annotations


class Reader:
    """Reads numbers of trusted bytes, from `at` on. Raises IndexError behind the last byte."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data = data
        self.at = at

    def byte(self) -> int:
        """The next byte."""
        self.at += 1
        return self.data[self.at - 1]

    def unsigned(self) -> int:
        """The next number."""
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value


def unsigned(value: int) -> bytes:
    """A number from 0 on, as short as can be."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*out, value))

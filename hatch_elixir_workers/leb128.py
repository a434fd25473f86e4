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
        return self._groups()[0]

    def signed(self) -> int:
        """The next number, whose highest bit is a sign."""
        value, bits = self._groups()
        return value - (1 << bits) if value >> bits - 1 else value

    def _groups(self) -> tuple[int, int]:
        """A number and how many bits are written of it."""
        value = bits = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << bits
            bits += 7
            if byte < 0x80:
                return value, bits


def unsigned(value: int) -> bytes:
    """A number from 0 on, as short as can be."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*out, value))

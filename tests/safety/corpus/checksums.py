"""Check digits that the standards publish and python3-stdnum does not have; and the checksums of wallets."""
from __future__ import annotations

import hashlib

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
RIPPLE58 = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"
BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def weighted(digits: str, weights: list[int]) -> int:
    return sum(int(d) * w for d, w in zip(digits, weights))


def icao(text: str) -> str:
    """The check digit of machine-readable travel documents (ICAO 9303: weights 7 3 1, letters from 10)."""
    total = sum(int(char, 36) * (7, 3, 1)[place % 3] for place, char in enumerate(text))
    return str(total % 10)


def base58check(payload: bytes, alphabet: str = BASE58) -> str:
    data = payload + hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4]
    number, out = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        out = alphabet[digit] + out
    return alphabet[0] * (len(data) - len(data.lstrip(b"\0"))) + out


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= generator if top >> bit & 1 else 0
    return check


def bech32(prefix: str, version: int | None, program: bytes) -> str:
    """BIP 173 for version 0 and for prefixes without a version, BIP 350 (bech32m) for the later ones."""
    bits = int.from_bytes(program, "big") << (-len(program) * 8 % 5)
    count = (len(program) * 8 + 4) // 5
    data = ([] if version is None else [version]) + [bits >> 5 * (count - 1 - place) & 31 for place in range(count)]
    expanded = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    check = _polymod(expanded + data + [0] * 6) ^ (0x2BC830A3 if version else 1)
    data += [check >> 5 * (5 - place) & 31 for place in range(6)]
    return prefix + "1" + "".join(BECH32[d] for d in data)


def keccak256(data: bytes) -> bytes:
    """Keccak as Ethereum has it, with the padding from before SHA-3."""
    mask, lanes = (1 << 64) - 1, [[0] * 5 for _ in range(5)]
    block = bytearray(data + b"\x01" + b"\0" * (-(len(data) + 1) % 136))
    block[-1] |= 0x80
    for start in range(0, len(block), 136):
        for place in range(17):
            lanes[place % 5][place // 5] ^= int.from_bytes(block[start + 8 * place:start + 8 * place + 8], "little")
        register = 1
        for _ in range(24):
            columns = [lanes[x][0] ^ lanes[x][1] ^ lanes[x][2] ^ lanes[x][3] ^ lanes[x][4] for x in range(5)]
            for x in range(5):
                turned = columns[(x + 1) % 5]
                parity = columns[x - 1] ^ ((turned << 1 | turned >> 63) & mask)
                for y in range(5):
                    lanes[x][y] ^= parity
            x, y, current = 1, 0, lanes[1][0]
            for step in range(24):
                x, y = y, (2 * x + 3 * y) % 5
                shift = (step + 1) * (step + 2) // 2 % 64
                current, lanes[x][y] = lanes[x][y], (current << shift | current >> (64 - shift)) & mask if shift else current
            for y in range(5):
                row = [lanes[x][y] for x in range(5)]
                for x in range(5):
                    lanes[x][y] = row[x] ^ (~row[(x + 1) % 5] & mask & row[(x + 2) % 5])
            for bit in range(7):
                register = (register << 1 ^ (register >> 7) * 0x71) % 256
                if register & 2:
                    lanes[0][0] ^= 1 << ((1 << bit) - 1)
    return b"".join(lanes[place % 5][place // 5].to_bytes(8, "little") for place in range(4))


def eip55(address: str) -> str:
    """The mixed case that carries the checksum; address is 40 lower-case hex digits."""
    digest = keccak256(address.encode()).hex()
    return "".join(c.upper() if c.isalpha() and int(d, 16) > 7 else c for c, d in zip(address, digest))


def german_insurance(number: str) -> str:
    """The check digit of a Versicherungsnummer of 11 signs (VKVV § 4)."""
    digits = number[:8] + f"{ord(number[8]) - 64:02}" + number[9:11]
    return str(sum(sum(divmod(int(d) * w, 10)) for d, w in zip(digits, (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1))) % 10)


def nric(prefix: str, digits: str) -> str:
    """The check letter of a Singapore NRIC (S, T) or FIN (F, G, M)."""
    total = weighted(digits, [2, 7, 6, 5, 4, 3, 2]) + {"S": 0, "F": 0, "T": 4, "G": 4, "M": 3}[prefix]
    letters = {"S": "JZIHGFEDCBA", "T": "JZIHGFEDCBA", "F": "XWUTRQPNMLK", "G": "XWUTRQPNMLK", "M": "KLJNPQRTUWX"}[prefix]
    return letters[10 - total % 11] if prefix == "M" else letters[total % 11]


def my_number(digits: str) -> str:
    """The check digit of a Japanese individual number of 11 digits."""
    rest = sum(int(d) * w for d, w in zip(reversed(digits), (2, 3, 4, 5, 6, 7, 2, 3, 4, 5, 6))) % 11
    return "0" if rest <= 1 else str(11 - rest)


def hong_kong(letters: str, digits: str) -> str:
    values = [36 if c == " " else ord(c) - 55 for c in letters.rjust(2)] + [int(d) for d in digits]
    rest = sum(v * w for v, w in zip(values, range(9, 1, -1))) % 11
    return "0" if rest == 0 else "A" if rest == 1 else str(11 - rest)


def taiwan(letter: str, digits: str) -> str:
    """The check digit of letter + 8 digits."""
    number = "ABCDEFGHJKLMNPQRSTUVXYWZIO".index(letter) + 10
    total = number // 10 + number % 10 * 9 + weighted(digits, [8, 7, 6, 5, 4, 3, 2, 1])
    return str(-total % 10)


def snils(digits: str) -> str:
    total = weighted(digits, list(range(9, 0, -1))) % 101
    return f"{total % 100:02}"


def medicare(digits: str) -> str:
    return str(weighted(digits, [1, 3, 7, 9, 1, 3, 7, 9]) % 10)


def nhi(letters: str, digits: str) -> str | None:
    """The check digit of the older form of a New Zealand NHI (three letters, three digits), or None where there is none."""
    values = ["ABCDEFGHJKLMNPQRSTUVWXYZ".index(c) + 1 for c in letters] + [int(d) for d in digits]
    rest = sum(v * w for v, w in zip(values, range(7, 1, -1))) % 11
    return None if rest == 0 else str((11 - rest) % 10)


def latvian(digits: str) -> str | None:
    """The check digit of a Latvian code with a birth date (10 digits), or None where there is none."""
    rest = (1101 - weighted(digits, [1, 6, 3, 7, 9, 10, 5, 8, 4, 2])) % 11
    return None if rest == 10 else str(rest)


def hungarian(digits: str) -> str | None:
    """The check digit of a Hungarian adóazonosító jel (9 digits that start with 8)."""
    rest = sum(int(d) * place for place, d in enumerate(digits, 1)) % 11
    return None if rest == 10 else str(rest)


def korean(digits: str) -> str:
    """The check digit of 12 digits of a resident or alien registration number."""
    base = (11 - weighted(digits, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11) % 10
    return str((base + 2) % 10 if digits[6] in "5678" else base)


def dea(digits: str) -> str:
    total = sum(int(d) for d in digits[::2]) + 2 * sum(int(d) for d in digits[1::2])
    return str(total % 10)


def spanish_social_security(province: str, serial: str) -> str:
    """The check digits of a Spanish número de afiliación: serials below ten million stand without their first zero."""
    return f"{int(province + (serial[1:] if serial[0] == '0' else serial)) % 97:02}"

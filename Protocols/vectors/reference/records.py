"""Names of records (casefiles.md, "Record ids")."""

import re
import unicodedata

from .refusal import Refusal

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RECORD_KINDS = "CSETAROIN"
LETTER = {"0": "O", "1": "I"}
DIGIT = {"O": "0", "I": "1", "L": "1"}
SYMBOL = {**{symbol: value for value, symbol in enumerate(ALPHABET)}, "O": 0, "I": 1, "L": 1}
TWINS = {"\u00b7": ".", "\u2022": ".", "\u3002": ".", "\u2044": "/", "\u2215": "/"}
LOOK_ALIKES = dict(
    zip(
        "\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425\u0406\u0408\u0405"
        "\u0430\u0432\u0435\u043a\u043c\u043d\u043e\u0440\u0441\u0442\u0443\u0445\u0456\u0458\u0455"
        "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7",
        "ABEKMHOPCTYXIJS" "ABEKMHOPCTYXIJS" "ABEZHIKMNOPTYX",
    )
)


def check_digits(country, kind, symbols):
    """ISO/IEC 7064 MOD 97-10: the two digits that make the whole 1 modulo 97, letters counted from A = 10."""
    number = int("".join(str(int(character, 36)) for character in country + kind + symbols))
    return "%02d" % (98 - number * 100 % 97)


def symbols_of(number):
    symbols = ""
    while number or len(symbols) < 5:
        number, value = divmod(number, 32)
        symbols = ALPHABET[value] + symbols
    return symbols


def record_id(country, kind, number):
    symbols = symbols_of(number)
    return "%s-%s-%s-%s" % (country, kind, symbols, check_digits(country, kind, symbols))


def fold_character(character):
    """Its ASCII twin; empty for what is invisible."""
    code = ord(character)
    if code < 0x80:
        return "" if character in " \t\n\v\f\r" else character
    if character.isspace() or unicodedata.category(character) == "Cf":
        return ""
    if 0xFF01 <= code <= 0xFF5E:
        return chr(code - 0xFEE0)
    if unicodedata.category(character) == "Pd" or character == "\u2212":
        return "-"
    if unicodedata.decimal(character, None) is not None:
        return str(unicodedata.decimal(character))
    if character in TWINS:
        return TWINS[character]
    if character in LOOK_ALIKES:
        return LOOK_ALIKES[character]
    raise Refusal("malformed")


def read_record_id(text):
    """(country, kind, number, check digits as written). Refuses what no record is called."""
    malformed = Refusal("malformed")
    if len(text.encode()) > 256:
        raise malformed
    folded = "".join(fold_character(character) for character in text)
    bare = re.sub("[-./_:#]", "", folded).upper()
    if not re.fullmatch("[A-Z0-9]{10,18}", bare, re.ASCII):
        raise malformed
    head = "".join(LETTER.get(character, character) for character in bare[:3])
    check = "".join(DIGIT.get(character, character) for character in bare[-2:])
    if not head.isalpha() or not check.isdigit() or head[2] not in RECORD_KINDS:
        raise malformed
    number = 0
    for symbol in bare[3:-2]:
        if symbol not in SYMBOL:
            raise malformed
        number = number * 32 + SYMBOL[symbol]
    if number >= 1 << 64:
        raise malformed
    return head[:2], head[2], number, check

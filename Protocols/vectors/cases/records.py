"""Cases for record-ids.json."""

import reference as ref

from .common import expect

LAST = 2**64 - 1


def record_ids():
    cases = []

    def case(name, expected, text):
        read = expect(name, "ok" if expected == "doubtful" else expected, ref.read_record_id, text)
        case = {"name": name, "outcome": expected, "text": text}
        if read:
            country, kind, number, check = read
            id = ref.record_id(country, kind, number)
            assert (check == id[-2:]) == (expected == "ok"), (name, id)
            case.update(country=country, kind=kind, number=number, id=id, isExact=text == id)
            if expected == "doubtful":
                case["spelling"] = id[:-2] + check
        cases.append(case)

    good = ref.record_id("VN", "S", 4_693_730)
    assert good == "VN-S-4F7Q2-10"
    for kind in ref.RECORD_KINDS:
        case("kind %s" % kind, "ok", ref.record_id("VN", kind, 1001))
    for number in (0, 1, 31, 32, 1000, 32**5 - 1, 32**5, 2**40, 2**60, 2**63, LAST):
        case("number %d" % number, "ok", ref.record_id("LA", "C", number))
    for country in ("AA", "ZZ", "KH"):
        case("country %s" % country, "ok", ref.record_id(country, "A", 77_777))
    for number in range(2000, 2040):  # all sorts of check digits
        case("number %d" % number, "ok", ref.record_id("VN", "E", number))

    case("small letters", "ok", "vn-s-4f7q2-10")
    case("no hyphens", "ok", "VNS4F7Q210")
    case("spaces", "ok", " VN S 4F7 Q2 10 ")
    case("dots, slashes, underscores, colons, number signs", "ok", "VN.S/4F7_Q2:10#")
    case("full-width", "ok", "\uff36\uff2e\uff0d\uff33\uff0d\uff14\uff26\uff17\uff31\uff12\uff0d\uff11\uff10")
    case("en dashes", "ok", "VN\u2013S\u20134F7Q2\u201310")
    case("minus signs", "ok", "VN\u2212S\u22124F7Q2\u221210")
    case("a zero-width space", "ok", "VN-S-4F7\u200bQ2-10")
    case("Thai digits", "ok", "VN-S-\u0e54F\u0e57Q\u0e52-\u0e51\u0e50")
    case("O for 0 in the check digits", "ok", "VN-S-4F7Q2-1O")
    case("I for 1 in the check digits", "ok", "VN-S-4F7Q2-I0")
    case("L for 1 in the check digits", "ok", "VN-S-4F7Q2-l0")
    case("a zero in front", "ok", "VN-S-04F7Q2-10")
    case("zeros up to thirteen symbols", "ok", "VN-S-000000004F7Q2-10")
    zero = ref.record_id("VN", "O", 1 << 20)
    assert zero.startswith("VN-O-10000-")
    case("I and O for 1 and 0 in the number", "ok", zero.replace("10000", "IOoO0"))
    case("L for 1 in the number", "ok", zero.replace("10000", "l0000"))
    case("0 for O as the kind", "ok", zero.replace("-O-", "-0-"))
    case("1 for I as the kind", "ok", ref.record_id("VN", "I", 9).replace("-I-", "-1-"))
    case("0 for O in the country", "ok", ref.record_id("RO", "C", 5).replace("RO", "R0"))
    case("Cyrillic letters that look like Latin ones", "ok", ref.record_id("KH", "C", 5).replace("KH", "\u041a\u041d"))

    case("check digits one too high", "doubtful", "VN-S-4F7Q2-11")
    case("check digits 00", "doubtful", "VN-S-4F7Q2-00")
    case("check digits 97 above", "doubtful", ref.record_id("VN", "E", 2000)[:-2] + "99")
    case("a wrong symbol", "doubtful", "VN-S-4F7Q3-10")
    case("two symbols swapped", "doubtful", "VN-S-4FQ72-10")
    case("another kind", "doubtful", "VN-C-4F7Q2-10")
    case("another country", "doubtful", "LA-S-4F7Q2-10")

    for name, text in [
        ("nothing", ""),
        ("hyphens alone", "---"),
        ("four symbols", "VN-S-4F7Q-10"),
        ("fourteen symbols", "VN-S-00000000004F7Q2-10"),
        ("no check digits", "VN-S-4F7Q2"),
        ("one check digit", "VN-S-4F7Q2-1"),
        ("letters as check digits", "VN-S-4F7Q2-AB"),
        ("digits as the country", "42-S-4F7Q2-10"),
        ("a kind that there is not", "VN-X-4F7Q2-10"),
        ("U in the number", "VN-S-4F7U2-10"),
        ("a number of 65 bits", "VN-S-G000000000000-10"),
        ("a number of thirteen Z", "VN-S-ZZZZZZZZZZZZZ-10"),
        ("an umlaut", "VN-\u00dc-4F7Q2-10"),
        ("the sign for kelvin", "\u212aH-S-4F7Q2-10"),
        ("a comma", "VN,S,4F7Q2,10"),
        ("an asterisk", "VN-S-4F7Q2-10*"),
        ("257 bytes, spaces most of them", "VN-S-4F7Q2-10" + " " * 244),
    ]:
        case(name, "malformed", text)
    case("256 bytes, spaces most of them", "ok", "VN-S-4F7Q2-10" + " " * 243)
    return cases

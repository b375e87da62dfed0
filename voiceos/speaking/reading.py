"""How numbers, times, dates, money and units are read aloud, from num2words, the CLDR (through Babel) and a table of
words per language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.units import format_unit
from num2words import num2words

from voiceos.languages import table
from voiceos.speaking.traced import Traced

_NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|(?<![\d.])\.\d+)"
_START = r"(?<![\w.,])"
_MAX_DIGITS = 15
"""Longer ones are read digit by digit: nobody counts quintillions by ear."""

Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str | None]]


def alternatives(words: Iterable[str]) -> str:
    """A regular expression for any of the words, longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


class Reader:
    """Replaces every digit in a text by the words it is read as."""

    def __init__(self, language: str) -> None:
        """Raises ConfigError for an unknown language."""
        self._language = language
        data = table(language, "speakable")
        self._words: dict[str, str] = data["words"]
        self._units: dict[str, str] = data["units"]
        self._currencies: dict[str, dict[str, str]] = data["currencies"]
        self._magnitudes: dict[str, str] = data["magnitudes"]
        self._fractions: dict[str, str] = data["fractions"]
        self._halves: dict[str, str] = data["halves"]
        self._decade_ends: list[tuple[str, str]] = data["decades"]["ends"]
        self._month_first = data["dates"]["order"] == "month"
        try:
            months = Locale.parse(language).months["format"]
        except UnknownLocaleError:  # a language that the CLDR lacks writes its dates in words
            months = {"wide": {}, "abbreviated": {}}
        self._month_names: dict[int, str] = {int(k): v for k, v in months["wide"].items()}
        numbers = {str(v): int(k) for width in ("wide", "abbreviated") for k, v in months[width].items()}
        self._month_numbers = numbers
        self._roman_cardinal = frozenset(data["roman"]["cardinal"])
        self._roman_never = frozenset(data["roman"]["never"])
        month = rf"({alternatives(numbers)})" if numbers else r"(\b\B)"
        suffix = alternatives(data["ordinals"]["suffixes"])
        money, magnitude = alternatives(self._currencies), alternatives(self._magnitudes)
        half = data["halves"]["written"]
        rules: list[tuple[str, Callable[[re.Match[str]], str | None]]] = [
            (r"(?<!\d)(\d{4})-(\d\d)-(\d\d)(?!\d)", lambda m: self._date(int(m[1]), int(m[2]), int(m[3]))),
            (r"(?<![\d/])(\d{1,2})/(\d{1,2})/(\d{4})(?![\d/])", self._slash_date),
            (
                r"(?<![\w.])(?:\+\d{1,3}(?:[ .-]?\(?\d{2,4}\)?){2,4}|\(\d{3}\) ?\d{3}[ .-]\d{4}"
                r"|\d{3}[ .-]\d{3}[ .-]\d{4}|\d{3}-\d{4})(?!\w)",
                lambda m: ", ".join(self._digits(part) for part in re.findall(r"\d+", m[0])),
            ),
            (r"(?<=\d)\s?[–—-]\s?(?=[$€£]?\d)", lambda _: f" {self._words['to']} "),
            (
                r"(?<![\d:])([01]?\d|2[0-4]):([0-5]\d)(?::[0-5]\d)?(?![\d:])"
                rf"(?:\s?{half})?",
                lambda m: self._time(int(m[1]), int(m[2]), m[3]),
            ),
            (rf"{_START}(1[0-2]|[1-9])\s?{half}", lambda m: self._time(int(m[1]), None, m[2])),
            (rf"({money})\s?({_NUMBER})(?:\s?({magnitude})\b)?", lambda m: self._money(m[1], m[2], m[3])),
            (rf"{_START}({_NUMBER})\s?({money})(?!\w)", lambda m: self._money(m[2], m[1], None)),
            (rf"({_NUMBER})\s?%", lambda m: f"{self._number(m[1])} {self._words['percent']}"),
            (rf"{_START}(\d+(?:,\d{{3}})*)(?:{suffix})\b", lambda m: self._ordinal(m[1])),
            (rf"(?<!\w){data['decades']['written']}\b", lambda m: self._decade(m[1])),
            (rf"\b{month}\.? (\d{{1,2}})(?![\d:])(?:,? (\d{{4}})(?!\d))?", self._month_day),
            (rf"(?<![\d.])(\d{{1,2}}) {month}\b(?: (\d{{4}})(?!\d))?", self._day_month),
            (r"(?<!\w)(\d)['′’](\d{1,2})[\"″”]", self._feet),
            (
                rf"(?:(?<!\w)(\d+) )?(?<![\d/.])(\d+)/(\d+)\s?({alternatives(self._units)})(?![\w/])",
                lambda m: self._fraction(m) + self._named_unit(m[1] or "1", self._units[m[4]]),
            ),
            (rf"({_NUMBER})([kKMB]|bn)(?!\w)", lambda m: f"{self._number(m[1])} {self._magnitudes[m[2]]}"),
            (rf"(-|−)?({_NUMBER})[\s-]?({alternatives(self._units)})(?![\w/])", self._unit),
            (r"(?:(?<!\w)(\d+)[ ])?(?<![\d/.])(\d+)/(\d+)(?![\d/])", self._fraction),
            (r"(\d+)?([½¼¾⅓⅔⅕⅛])", self._vulgar),
            (r"(?<=[\d)])\s?[x×*]\s?(?=[\d(])", lambda _: f" {self._words['times']} "),
            (r"\d+(?:\.\d+){2,}", self._version),
            (r"\b([A-Za-z]+) ([IVX]{2,}|V)\b", self._roman),
            (r"(?<![\w)\]])[-−](?=\.?\d)", lambda _: f"{self._words['minus']} "),
            (r"(?<![\w,.])(?:1[1-9]|20)\d\d(?![\w,]|\.\d)", lambda m: self._year(m[0])),
            (_NUMBER, lambda m: self._spaced(m, self._number(m[0]))),
            (r"\d", lambda m: self._spaced(m, self._whole(m[0]))),
        ]  # fmt: skip
        self._rules: list[Rule] = [(re.compile(pattern), by) for pattern, by in rules]
        self._number("1.5")  # the first use of each library loads its tables; no phrase should wait for them
        self._named_unit("1", "length-meter")

    def read(self, text: Traced) -> Traced:
        """Replace, in place, all that is written in digits."""
        for pattern, by in self._rules:
            text.replace(pattern, by)
        return text

    def _whole(self, digits: str) -> str:
        if len(digits) > _MAX_DIGITS or (len(digits) > 1 and digits[0] == "0"):
            return self._digits(digits)
        return _in_words(int(digits), self._language, "cardinal")

    def _digits(self, digits: str) -> str:
        return " ".join(_in_words(int(d), self._language, "cardinal") for d in digits)

    def _number(self, written: str) -> str:
        whole, _, decimals = written.replace(",", "").partition(".")
        said = self._whole(whole or "0")
        return f"{said} {self._words['point']} {self._digits(decimals)}" if decimals else said

    @staticmethod
    def _spaced(match: re.Match[str], said: str) -> str:
        """Apart from letters that the digits were written against: "MP3" is "MP three"."""
        before, after = match.string[: match.start()][-1:], match.string[match.end() :][:1]
        return (" " if before.isalnum() else "") + said + (" " if after.isalnum() else "")

    def _version(self, match: re.Match[str]) -> str:
        return self._spaced(match, f" {self._words['point']} ".join(map(self._whole, match[0].split("."))))

    def _year(self, digits: str) -> str:
        return _in_words(int(digits), self._language, "year")

    def _decade(self, digits: str) -> str:
        said = self._year(digits)
        return next(re.sub(ends, instead, said) for ends, instead in self._decade_ends if re.search(ends, said))

    def _ordinal(self, digits: str) -> str:
        return _in_words(int(digits.replace(",", "")[:_MAX_DIGITS]), self._language, "ordinal")

    def _date(self, year: int, month: int, day: int) -> str | None:
        if month not in self._month_names or not 1 <= day <= 31:
            return None
        return f"{self._month_names[month]} {self._ordinal(str(day))}, {self._year(str(year))}"

    def _slash_date(self, match: re.Match[str]) -> str | None:
        first, second, year = int(match[1]), int(match[2]), int(match[3])
        month_first = (self._month_first and first <= 12) or second > 12
        return self._date(year, first, second) if month_first else self._date(year, second, first)

    def _month_day(self, match: re.Match[str]) -> str | None:
        month, day, year = self._month_names[self._month_numbers[match[1]]], int(match[2]), match[3]
        if not 1 <= day <= 31:
            return None
        return f"{month} {self._ordinal(match[2])}" + (f", {self._year(year)}" if year else "")

    def _day_month(self, match: re.Match[str]) -> str | None:
        month, year = self._month_names[self._month_numbers[match[2]]], match[3]
        if not 1 <= int(match[1]) <= 31:
            return None
        the, of = self._words["the"], self._words["of"]
        return f"{the} {self._ordinal(match[1])} {of} {month}" + (f", {self._year(year)}" if year else "")

    def _time(self, hour: int, minute: int | None, half: str | None) -> str:
        said = self._whole(str(hour))
        if minute:
            said += (
                f" {self._words['oh']} {self._whole(str(minute))}" if minute < 10 else f" {self._whole(str(minute))}"
            )
        elif minute == 0 and not half:
            said += f" {self._words['oclock']}" if hour <= 12 else f" {self._words['hundred']}"
        return said + (f" {self._halves[half.lower()]}" if half else "")

    def _money(self, sign: str, written: str, magnitude: str | None) -> str:
        names = self._currencies[sign]
        if magnitude:
            return f"{self._number(written)} {self._magnitudes[magnitude]} {names['many']}"
        whole, _, decimals = written.replace(",", "").partition(".")
        if len(decimals) not in (0, 2):
            return f"{self._number(written)} {names['many']}"
        said = f"{self._whole(whole or '0')} {names['one' if whole == '1' else 'many']}"
        if not int(decimals or 0):
            return said
        cents = f"{self._whole(str(int(decimals)))} {names['cent' if int(decimals) == 1 else 'cents']}"
        return f"{said} {self._words['and']} {cents}" if int(whole or 0) else cents

    def _unit(self, match: re.Match[str]) -> str | None:
        sign, written, unit = match.groups()
        if len(unit) == 1 and unit.isupper() and match[0][-2] == " ":
            return None  # "5 A" is no current; "5A" is
        if match.start() and match.string[match.start() - 1].isalnum():
            return None
        minus = f"{self._words['minus']} " if sign else ""
        return minus + self._number(written) + self._named_unit(written.replace(",", ""), self._units[unit])

    def _named_unit(self, written: str, unit: str) -> str:
        """ " kilometers", in the plural that goes with the number."""
        value = float(written) if "." in written else int(written[:_MAX_DIGITS])
        said: str = format_unit(value, unit, "long", locale=self._language)
        return re.sub(r"^[\d.,\s]+", " ", said)

    def _feet(self, match: re.Match[str]) -> str:
        feet, inches = self._words["feet"], self._words["inches"]
        return f"{self._whole(match[1])} {feet} {self._whole(match[2])} {inches}"

    def _fraction(self, match: re.Match[str]) -> str:
        known = self._fractions.get(f"{match[2]}/{match[3]}")
        said = known or f"{self._whole(match[2])} {self._words['over']} {self._whole(match[3])}"
        if not match[1]:
            return said
        return f"{self._whole(match[1])} {self._words['and'] if known else ''} {said}"

    def _vulgar(self, match: re.Match[str]) -> str:
        written = dict(zip("½¼¾⅓⅔⅕⅛", ("1/2", "1/4", "3/4", "1/3", "2/3", "1/5", "1/8"), strict=True))[match[2]]
        said = self._fractions[written]
        return f"{self._whole(match[1])} {self._words['and']} {said}" if match[1] else f" {said}"

    def _roman(self, match: re.Match[str]) -> str | None:
        name, numeral = match.groups()
        value = _roman_value(numeral)
        if not value or name.lower() in self._roman_never:
            return None
        if name.lower() in self._roman_cardinal:
            return f"{name} {self._whole(str(value))}"
        if name[0].isupper() and not name.isupper() and len(numeral) > 1:
            return f"{name} {self._words['the']} {self._ordinal(str(value))}"
        return None


@lru_cache(maxsize=2048)
def _in_words(value: int, language: str, to: str) -> str:
    said: str = num2words(value, lang=language, to=to)
    return said


def _roman_value(numeral: str) -> int:
    """Value of a well-formed Roman numeral up to 39; 0 for anything else."""
    match = re.fullmatch(r"(X{0,3})(IX|IV|V?I{0,3})", numeral)
    if not match:
        return 0
    ones = ["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"]
    return 10 * len(match[1]) + ones.index(match[2])

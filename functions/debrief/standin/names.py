"""Invented people from many places: names in their own script, and addresses in ASCII."""

# ruff: noqa: RUF001  (letters that look alike are the point here)

from __future__ import annotations

import itertools
import random
import unicodedata
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple


class Person(NamedTuple):
    """Somebody as Kaltura knows them."""

    user_id: str
    name: str
    email: str
    type: str  # User or Guest


class _Place(NamedTuple):
    """Given and family names of one place, `native` or `native|ascii`; `weight` is how often it is drawn."""

    weight: int
    given: str
    family: str
    family_first: bool = False


_PLACES = (
    _Place(
        18,
        "Alice Amelia Bridget Callum Desmond Eleanor Fiona Gareth Hazel Imogen Jasper Kieran Lydia Maeve Niall Owen "
        "Priscilla Rowan Sadie Tobias",
        "Ashdown Barlow Carrick Dunmore Ellery Fairweather Garrow Hollis Ingram Kerrigan Lockhart Merriman Norwood "
        "Oakes Pemberton Quill Rowntree Sheridan Thorne Whitlock",
    ),
    _Place(
        9,
        "Anke Björn Dörte Finn Grete Jörg Käthe Lüder Mareike Jürgen Sönke Ulrike",
        "Ahlers Brückner Döring Fröhlich Gröning Hübscher Köhne Lüdtke Möhring Rühl Schäfer Weiß",
    ),
    _Place(
        9,
        "Agnès Benoît Chloé Cédric Élodie François Hélène Inès Léonie Mathéo Noëlle Zoé",
        "Aubépin Beaulieu Chênevert Desrosiers Évrard Fontenoy Géroux Lefèvre Marchéal Noirtin Prévost Thévenet",
    ),
    _Place(
        9,
        "Álvaro Begoña Cristóbal Íñigo Jesús Lucía María Nicolás Óscar Rocío Tomás Ximena",
        "Alarcón Briceño Cárdenas Escamilla Fariñas Ibáñez Ledesma Muñoz Ordóñez Peñalver Quiñones Zúñiga",
    ),
    _Place(
        7,
        "Abílio Beatriz Caetano Conceição Estêvão Inês João Luísa Márcia Simão",
        "Azevedo Brandão Camarão Esteves Falcão Guimarães Leitão Magalhães Simões Vilaça",
    ),
    _Place(
        7,
        "Åsa Björg Dagný Ebba Håkon Ingrid Jørgen Øyvind Sólveig Þórunn",
        "Ægisson Bråten Dahlström Fjæstad Grønvold Hällström Løkken Nygård Sørli Åkerlund",
    ),
    _Place(
        7,
        "Bożena Čeněk Dušan Łucja Małgorzata Ondřej Światopełk Šárka Żaneta Zdeněk",
        "Brzozowicz Čermáček Dąbrowiak Hřebíček Kovářík Łęczycki Nováček Růžek Śliwicki Żurawik",
    ),
    _Place(
        4,
        "Ayşe Çağla Doğan Gülşen İpek Ömer Şebnem Tuğçe",
        "Açıkel Çınarlı Demirağ Gökçen İnceoğlu Özbudak Şahinler Yıldızay",
    ),
    _Place(
        3,
        "Đức Hằng Khánh Linh Nguyệt Phượng Thảo Vượng",
        "Bùi Đặng Đoàn Hồ Lương Phạm Trịnh Vũ",
        family_first=True,
    ),
    _Place(
        4,
        "Αλέξης|Alexis Δάφνη|Dafni Ελένη|Eleni Κοσμάς|Kosmas Μυρτώ|Myrto Στέλιος|Stelios",
        "Ανθόπουλος|Anthopoulos Βλαστός|Vlastos Ζαφείρης|Zafiris Καρυδάς|Karydas Μελισσηνός|Melissinos",
    ),
    _Place(
        5,
        "Андрій|Andrii Вера|Vera Ганна|Hanna Игорь|Igor Ксения|Ksenia Лариса|Larisa Оксана|Oksana Тимур|Timur",
        "Березняк|Berezniak Ветров|Vetrov Зоренко|Zorenko Ковалик|Kovalik Лозинський|Lozynskyi Садовник|Sadovnik",
    ),
    _Place(
        3,
        "אביטל|Avital דניאל|Daniel יעל|Yael נועם|Noam עדי|Adi שירה|Shira",
        "אלמוג|Almog ברקאי|Barkai גולן|Golan חרמוני|Hermoni כנרתי|Kinarti שקדי|Shkedi",
    ),
    _Place(
        5,
        "أمينة|Amina باسم|Basem جميلة|Jamila خالد|Khaled ريم|Reem سلمى|Salma طارق|Tarek ليلى|Layla",
        "الأنصاري|Alansari البستاني|Albustani الحداد|Alhaddad الزيتوني|Alzaytouni الصباغ|Alsabbagh القاسمي|Alqasimi",
    ),
    _Place(
        5,
        "अनिका|Anika दीपक|Deepak कविता|Kavita माधव|Madhav निशा|Nisha प्रिया|Priya रोहन|Rohan सुनीता|Sunita",
        "अग्निहोत्री|Agnihotri भारद्वाज|Bharadwaj चतुर्वेदी|Chaturvedi देशमुख|Deshmukh कुलकर्णी|Kulkarni त्रिवेदी|Trivedi",
    ),
    _Place(
        3,
        "กมล|Kamon จันทร์เพ็ญ|Chanphen ณัฐ|Nat ปิยะ|Piya วารี|Waree สมหญิง|Somying",
        "แก้วมณี|Kaewmanee ทองดี|Thongdee บุญรักษา|Boonraksa พงษ์ไทย|Pongthai ศรีสุข|Srisuk",
    ),
    _Place(
        5,
        "安琪|Anqi 博文|Bowen 晓明|Xiaoming 海燕|Haiyan 佳怡|Jiayi 丽华|Lihua 思远|Siyuan 雨桐|Yutong",
        "陈|Chen 方|Fang 韩|Han 林|Lin 沈|Shen 魏|Wei 许|Xu 周|Zhou",
        family_first=True,
    ),
    _Place(
        4,
        "葵|Aoi 陽斗|Haruto 結衣|Yui 健太|Kenta 美咲|Misaki 直樹|Naoki さくら|Sakura 翔|Sho",
        "青山|Aoyama 藤森|Fujimori 石黒|Ishiguro 小松原|Komatsubara 森下|Morishita 若林|Wakabayashi",
        family_first=True,
    ),
    _Place(
        3,
        "가은|Gaeun 도윤|Doyun 민서|Minseo 서준|Seojun 유나|Yuna 지호|Jiho",
        "강|Kang 문|Moon 배|Bae 윤|Yoon 정|Jung 한|Han",
        family_first=True,
    ),
)
_DOMAINS = ("example.com", "example.org", "example.net")
_NICKNAMES = ("Guest", "Booth", "Mika 🌊", "🎧 Jo", "sam", "R.", "Kai (phone)", "Meeting room", "Lu ☕", "iPad")
_LETTERS = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ß": "ss",
        "æ": "ae",
        "ı": "i",
        "þ": "th",
        "Ø": "O",
        "Ł": "L",
        "Đ": "D",
        "Æ": "AE",
        "Þ": "Th",
    },
)


def people(rng: random.Random) -> Iterator[Person]:
    """Registered users without end, no two with the same address; the user id is the address."""
    used: Counter[tuple[str, str]] = Counter()
    places = [_split(place) for place in _PLACES]
    weights = list(itertools.accumulate(place.weight for place in _PLACES))
    while True:
        (given, family), family_first = rng.choices(places, cum_weights=weights)[0]
        first, last = rng.choice(given), rng.choice(family)
        name = _joined(last[0], first[0]) if family_first else f"{first[0]} {last[0]}"
        email = _numbered((f"{first[1]}.{last[1]}".lower(), rng.choice(_DOMAINS)), used)
        yield Person(email, name, email, "User")


def guests(rng: random.Random) -> Iterator[Person]:
    """People who came by a link, without end: an id that looks random and never repeats, some name, no address."""
    first = rng.getrandbits(24)
    for number in itertools.count(1):
        name = rng.choice(_NICKNAMES)
        shown = f"Guest {number}" if name == "Guest" else name
        yield Person(f"{(first + number * 0x9E3779) % 0x1000000:06x}", shown, "", "Guest")


def _split(place: _Place) -> tuple[tuple[list[tuple[str, str]], list[tuple[str, str]]], bool]:
    return (_pairs(place.given), _pairs(place.family)), place.family_first


def _pairs(text: str) -> list[tuple[str, str]]:
    pieces = (word.partition("|") for word in text.split())
    return [(native, ascii_ or _fold(native)) for native, _, ascii_ in pieces]


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKD", text.translate(_LETTERS)).encode("ascii", "ignore").decode()


def _joined(family: str, given: str) -> str:
    """Family name first: with a space in Latin letters, without one in Chinese, Japanese and Korean."""
    return f"{family} {given}" if family < "\u2e80" else f"{family}{given}"


def _numbered(address: tuple[str, str], used: Counter[tuple[str, str]]) -> str:
    """The address, from its second use on with a number."""
    used[address] += 1
    local, domain = address
    return f"{local}{used[address]}@{domain}" if used[address] > 1 else f"{local}@{domain}"

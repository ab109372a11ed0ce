"""Given and family names by place, each `native` or `native|ascii`. All are common, and combined at random."""

# ruff: noqa: RUF001  (letters that look alike are the point here)

from __future__ import annotations

from typing import NamedTuple


class HomePlace(NamedTuple):
    """Names of one place. `weight` is its relative frequency.

    `countries` are the codes of the countries in which people with these names live; frequent countries are repeated.
    """

    weight: int
    countries: str
    given: str
    family: str
    family_first: bool = False


PLACES = (
    HomePlace(
        18,
        "GB GB GB US US US US IE CA AU NZ",
        "Alice Amelia Bridget Callum Desmond Eleanor Fiona Gareth Hazel Imogen Jasper Kieran Lydia Maeve Niall Owen "
        "Priscilla Rowan Sadie Tobias",
        "Ashdown Barlow Carrick Dunmore Ellery Fairweather Garrow Hollis Ingram Kerrigan Lockhart Merriman Norwood "
        "Oakes Pemberton Quill Rowntree Sheridan Thorne Whitlock",
    ),
    HomePlace(
        9,
        "DE DE DE DE AT CH",
        "Anke Björn Dörte Finn Grete Jörg Käthe Lüder Mareike Jürgen Sönke Ulrike",
        "Ahlers Brückner Döring Fröhlich Gröning Hübscher Köhne Lüdtke Möhring Rühl Schäfer Weiß",
    ),
    HomePlace(
        9,
        "FR FR FR FR BE CA",
        "Agnès Benoît Chloé Cédric Élodie François Hélène Inès Léonie Mathéo Noëlle Zoé",
        "Aubépin Beaulieu Chênevert Desrosiers Évrard Fontenoy Géroux Lefèvre Marchéal Noirtin Prévost Thévenet",
    ),
    HomePlace(
        9,
        "ES ES ES MX MX AR CL",
        "Álvaro Begoña Cristóbal Íñigo Jesús Lucía María Nicolás Óscar Rocío Tomás Ximena",
        "Alarcón Briceño Cárdenas Escamilla Fariñas Ibáñez Ledesma Muñoz Ordóñez Peñalver Quiñones Zúñiga",
    ),
    HomePlace(
        7,
        "PT BR BR",
        "Abílio Beatriz Caetano Conceição Estêvão Inês João Luísa Márcia Simão",
        "Azevedo Brandão Camarão Esteves Falcão Guimarães Leitão Magalhães Simões Vilaça",
    ),
    HomePlace(
        7,
        "NO NO NO SE SE DK IS",
        "Åsa Björg Dagný Ebba Håkon Ingrid Jørgen Øyvind Sólveig Þórunn",
        "Ægisson Bråten Dahlström Fjæstad Grønvold Hällström Løkken Nygård Sørli Åkerlund",
    ),
    HomePlace(
        7,
        "PL PL CZ",
        "Bożena Čeněk Dušan Łucja Małgorzata Ondřej Światopełk Šárka Żaneta Zdeněk",
        "Brzozowicz Čermáček Dąbrowiak Hřebíček Kovářík Łęczycki Nováček Růžek Śliwicki Żurawik",
    ),
    HomePlace(
        4,
        "TR",
        "Ayşe Çağla Doğan Gülşen İpek Ömer Şebnem Tuğçe",
        "Açıkel Çınarlı Demirağ Gökçen İnceoğlu Özbudak Şahinler Yıldızay",
    ),
    HomePlace(
        3,
        "VN",
        "Đức Hằng Khánh Linh Nguyệt Phượng Thảo Vượng",
        "Bùi Đặng Đoàn Hồ Lương Phạm Trịnh Vũ",
        family_first=True,
    ),
    HomePlace(
        4,
        "GR GR GR CY",
        "Αλέξης|Alexis Δάφνη|Dafni Ελένη|Eleni Κοσμάς|Kosmas Μυρτώ|Myrto Στέλιος|Stelios",
        "Ανθόπουλος|Anthopoulos Βλαστός|Vlastos Ζαφείρης|Zafiris Καρυδάς|Karydas Μελισσηνός|Melissinos",
    ),
    HomePlace(
        5,
        "UA",
        "Андрій|Andrii Вера|Vera Ганна|Hanna Игорь|Igor Ксения|Ksenia Лариса|Larisa Оксана|Oksana Тимур|Timur",
        "Березняк|Berezniak Ветров|Vetrov Зоренко|Zorenko Ковалик|Kovalik Лозинський|Lozynskyi Садовник|Sadovnik",
    ),
    HomePlace(
        3,
        "IL",
        "אביטל|Avital דניאל|Daniel יעל|Yael נועם|Noam עדי|Adi שירה|Shira",
        "אלמוג|Almog ברקאי|Barkai גולן|Golan חרמוני|Hermoni כנרתי|Kinarti שקדי|Shkedi",
    ),
    HomePlace(
        5,
        "AE AE EG MA",
        "أمينة|Amina باسم|Basem جميلة|Jamila خالد|Khaled ريم|Reem سلمى|Salma طارق|Tarek ليلى|Layla",
        "الأنصاري|Alansari البستاني|Albustani الحداد|Alhaddad الزيتوني|Alzaytouni الصباغ|Alsabbagh القاسمي|Alqasimi",
    ),
    HomePlace(
        5,
        "IN IN IN IN SG",
        "अनिका|Anika दीपक|Deepak कविता|Kavita माधव|Madhav निशा|Nisha प्रिया|Priya रोहन|Rohan सुनीता|Sunita",
        "अग्निहोत्री|Agnihotri भारद्वाज|Bharadwaj चतुर्वेदी|Chaturvedi देशमुख|Deshmukh कुलकर्णी|Kulkarni त्रिवेदी|Trivedi",
    ),
    HomePlace(
        3,
        "TH",
        "กมล|Kamon จันทร์เพ็ญ|Chanphen ณัฐ|Nat ปิยะ|Piya วารี|Waree สมหญิง|Somying",
        "แก้วมณี|Kaewmanee ทองดี|Thongdee บุญรักษา|Boonraksa พงษ์ไทย|Pongthai ศรีสุข|Srisuk",
    ),
    HomePlace(
        5,
        "CN CN CN SG",
        "安琪|Anqi 博文|Bowen 晓明|Xiaoming 海燕|Haiyan 佳怡|Jiayi 丽华|Lihua 思远|Siyuan 雨桐|Yutong",
        "陈|Chen 方|Fang 韩|Han 林|Lin 沈|Shen 魏|Wei 许|Xu 周|Zhou",
        family_first=True,
    ),
    HomePlace(
        4,
        "JP",
        "葵|Aoi 陽斗|Haruto 結衣|Yui 健太|Kenta 美咲|Misaki 直樹|Naoki さくら|Sakura 翔|Sho",
        "青山|Aoyama 藤森|Fujimori 石黒|Ishiguro 小松原|Komatsubara 森下|Morishita 若林|Wakabayashi",
        family_first=True,
    ),
    HomePlace(
        3,
        "KR",
        "가은|Gaeun 도윤|Doyun 민서|Minseo 서준|Seojun 유나|Yuna 지호|Jiho",
        "강|Kang 문|Moon 배|Bae 윤|Yoon 정|Jung 한|Han",
        family_first=True,
    ),
)

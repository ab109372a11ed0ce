"""Countries, regions and cities with their coordinates, by the names of Kaltura's address database."""

from __future__ import annotations

from functools import cache

from kaltura_standin.profiles import NOWHERE, Place

# code: name, coordinates, then region:city:coordinates; the first cities are the most frequent
_COUNTRIES = {
    "AE": "United Arab Emirates|24.0/54.0|Dubai:Dubai:25.26/55.30|Abu Dhabi:Abu Dhabi:24.47/54.37",
    "AR": "Argentina|-34.0/-64.0|Buenos Aires F.D.:Buenos Aires:-34.61/-58.38|Chubut:Puerto Madryn:-42.77/-65.04",
    "AT": "Austria|47.3/13.3|Vienna:Vienna:48.21/16.37|Styria:Graz:47.07/15.44",
    "AU": "Australia|-27.0/133.0|New South Wales:Sydney:-33.87/151.21|Tasmania:Hobart:-42.88/147.33",
    "BE": "Belgium|50.8/4.0|Flanders:Ostend:51.22/2.92|Brussels Capital:Brussels:50.85/4.35",
    "BR": "Brazil|-10.0/-55.0|Rio de Janeiro:Rio de Janeiro:-22.91/-43.17|Sao Paulo:Santos:-23.96/-46.33",
    "CA": "Canada|60.0/-95.0|Nova Scotia:Halifax:44.65/-63.58|British Columbia:Vancouver:49.28/-123.12"
    "|Quebec:Montreal:45.50/-73.57",
    "CH": "Switzerland|47.0/8.0|Zurich:Zurich:47.37/8.54|Geneva:Geneva:46.20/6.15",
    "CL": "Chile|-30.0/-71.0|Valparaiso:Valparaiso:-33.05/-71.62|Los Lagos:Puerto Montt:-41.47/-72.94",
    "CN": "China|35.0/105.0|Shanghai:Shanghai:31.23/121.47|Shandong:Qingdao:36.07/120.38",
    "CY": "Cyprus|35.0/33.0|Limassol:Limassol:34.68/33.04",
    "CZ": "Czech Republic|49.8/15.5|Prague:Prague:50.08/14.44|South Moravian:Brno:49.20/16.61",
    "DE": "Germany|51.0/9.0|Hamburg:Hamburg:53.55/9.99|Bremen:Bremerhaven:53.54/8.58"
    "|Schleswig-Holstein:Kiel:54.32/10.14|Land Berlin:Berlin:52.52/13.40|Bavaria:Munich:48.14/11.58",
    "DK": "Denmark|56.0/10.0|Capital Region:Copenhagen:55.68/12.57|Central Jutland:Aarhus:56.16/10.20",
    "EG": "Egypt|27.0/30.0|Alexandria:Alexandria:31.20/29.92|Cairo:Cairo:30.04/31.24",
    "ES": "Spain|40.0/-4.0|Galicia:Vigo:42.24/-8.72|Catalonia:Barcelona:41.39/2.17|Madrid:Madrid:40.42/-3.70",
    "FR": "France|46.0/2.0|Brittany:Brest:48.39/-4.49|Ile-de-France:Paris:48.86/2.35"
    "|Provence-Alpes-Cote d'Azur:Marseille:43.30/5.37",
    "GB": "United Kingdom|54.0/-2.0|England:Southampton:50.90/-1.40|Scotland:Aberdeen:57.15/-2.09"
    "|England:London:51.51/-0.13|England:Newcastle upon Tyne:54.98/-1.61|Wales:Cardiff:51.48/-3.18",
    "GR": "Greece|39.0/22.0|Attica:Piraeus:37.94/23.65|Central Macedonia:Thessaloniki:40.64/22.94",
    "IE": "Ireland|53.0/-8.0|Munster:Cork:51.90/-8.47|Leinster:Dublin:53.35/-6.26",
    "IL": "Israel|31.5/34.8|Haifa:Haifa:32.79/34.99|Tel Aviv:Tel Aviv:32.09/34.78",
    "IN": "India|20.0/77.0|Maharashtra:Mumbai:19.08/72.88|Karnataka:Bengaluru:12.97/77.59"
    "|Tamil Nadu:Chennai:13.08/80.27",
    "IS": "Iceland|65.0/-18.0|Capital Region:Reykjavik:64.15/-21.94",
    "IT": "Italy|42.8/12.8|Liguria:Genoa:44.41/8.93|Friuli Venezia Giulia:Trieste:45.65/13.78",
    "JP": "Japan|36.0/138.0|Kanagawa:Yokohama:35.44/139.64|Tokyo:Tokyo:35.68/139.69|Hyogo:Kobe:34.69/135.20",
    "KR": "Korea, Republic of|37.0/127.5|Busan:Busan:35.18/129.08|Seoul:Seoul:37.57/126.98",
    "MA": "Morocco|32.0/-5.0|Casablanca-Settat:Casablanca:33.57/-7.59",
    "MX": "Mexico|23.0/-102.0|Veracruz:Veracruz:19.17/-96.13|Mexico City:Mexico City:19.43/-99.13",
    "NL": "Netherlands|52.5/5.8|South Holland:Rotterdam:51.92/4.48|North Holland:Amsterdam:52.37/4.90",
    "NO": "Norway|62.0/10.0|Vestland:Bergen:60.39/5.32|Rogaland:Stavanger:58.97/5.73|Oslo:Oslo:59.91/10.75",
    "NZ": "New Zealand|-41.0/174.0|Auckland:Auckland:-36.85/174.76|Wellington:Wellington:-41.29/174.78",
    "PL": "Poland|52.0/20.0|Pomerania:Gdansk:54.35/18.65|Mazovia:Warsaw:52.23/21.01",
    "PT": "Portugal|39.5/-8.0|Lisbon:Lisbon:38.72/-9.14|Porto:Matosinhos:41.18/-8.69",
    "SE": "Sweden|62.0/15.0|Vastra Gotaland:Gothenburg:57.71/11.97|Stockholm:Stockholm:59.33/18.07",
    "SG": "Singapore|1.37/103.8|Singapore:Singapore:1.29/103.85",
    "TH": "Thailand|15.0/100.0|Chon Buri:Laem Chabang:13.08/100.89|Bangkok:Bangkok:13.75/100.50",
    "TR": "Turkey|39.0/35.0|Izmir:Izmir:38.42/27.14|Istanbul:Istanbul:41.01/28.98",
    "UA": "Ukraine|49.0/32.0|Odesa:Odesa:46.48/30.73|Kyiv City:Kyiv:50.45/30.52",
    "US": "United States|38.0/-97.0|Washington:Seattle:47.61/-122.33|Massachusetts:Boston:42.36/-71.06"
    "|California:San Diego:32.72/-117.16|Texas:Houston:29.76/-95.37|Virginia:Norfolk:36.85/-76.29"
    "|Alaska:Anchorage:61.22/-149.90",
    "VN": "Viet Nam|16.0/106.0|Hai Phong:Haiphong:20.84/106.69|Ho Chi Minh:Ho Chi Minh City:10.82/106.63",
}
CODES = tuple(_COUNTRIES)


@cache
def places_in(code: str) -> tuple[Place, ...]:
    """Return the cities of a country; an unknown place if the country is not known."""
    if code not in _COUNTRIES:
        return (NOWHERE,)
    country, country_at, *cities = _COUNTRIES[code].split("|")
    split = [city.split(":") for city in cities]
    return tuple(
        Place(country, code, country_at, region, _region_at(split, region), city, city_at)
        for region, city, city_at in split
    )


def _region_at(cities: list[list[str]], region: str) -> str:
    return next(at for name, _, at in cities if name == region)

"""Convert Kaltura's country names to common English names, and its codes to ISO 3166-1 alpha-2.

Kaltura uses the names of ISO 3166-1 and of older lists (Kaltura server, kKavaCountryCodes.php).
"""

from __future__ import annotations

import re

_CODE = re.compile(r"[A-Z]{2}")
_CODES = {"UK": "GB"}
_NAMES = {
    "Aland Islands": "Åland Islands",
    "Bolivia, Plurinational State of": "Bolivia",
    "Bonaire, Sint Eustatius and Saba": "Caribbean Netherlands",
    "Brunei Darussalam": "Brunei",
    "Cabo Verde": "Cape Verde",
    "Congo": "Republic of the Congo",
    "Congo, The Democratic Republic of The": "Democratic Republic of the Congo",
    "Cote D'ivoire": "Ivory Coast",
    "Curacao": "Curaçao",
    "Czech Republic": "Czechia",
    "Falkland Islands (Malvinas)": "Falkland Islands",
    "Heard Island and Mcdonald Islands": "Heard Island and McDonald Islands",
    "Holy See": "Vatican City",
    "Iran, Islamic Republic of": "Iran",
    "Korea, Democratic People's Republic of": "North Korea",
    "Korea, Republic of": "South Korea",
    "Lao People's Democratic Republic": "Laos",
    "Macao": "Macau",
    "Macedonia, The Former Yugoslav Republic of": "North Macedonia",
    "Micronesia, Federated States of": "Micronesia",
    "Moldova, Republic of": "Moldova",
    "Palestine, State of": "Palestine",
    "Pitcairn": "Pitcairn Islands",
    "Reunion": "Réunion",
    "Russian Federation": "Russia",
    "Saint Barthelemy": "Saint Barthélemy",
    "Saint Helena, Ascension and Tristan Da Cunha": "Saint Helena, Ascension and Tristan da Cunha",
    "Saint Martin (French Part)": "Saint Martin",
    "Saint Vincent and The Grenadines": "Saint Vincent and the Grenadines",
    "Sao Tome and Principe": "São Tomé and Príncipe",
    "Sint Maarten (Dutch Part)": "Sint Maarten",
    "South Georgia and The South Sandwich Islands": "South Georgia and the South Sandwich Islands",
    "Swaziland": "Eswatini",
    "Syrian Arab Republic": "Syria",
    "Taiwan, Province of China": "Taiwan",
    "Tanzania, United Republic of": "Tanzania",
    "Venezuela, Bolivarian Republic of": "Venezuela",
    "Viet Nam": "Vietnam",
    "Virgin Islands, British": "British Virgin Islands",
    "Virgin Islands, U.S.": "U.S. Virgin Islands",
}
# Kaltura writes the same name with different capitals, and in CSV with spaces in place of commas.
_BY_KEY = {re.sub(r"[\s,]+", " ", name).casefold(): common for name, common in _NAMES.items()}


def country_code(text: str) -> str | None:
    """Return the alpha-2 code; None if the text is not a country."""
    code = text.strip().upper()
    return _CODES.get(code, code) if _CODE.fullmatch(code) else None


def country_name(text: str) -> str:
    """Return the common English name; return an unlisted name unchanged."""
    return _BY_KEY.get(re.sub(r"[\s,]+", " ", text).strip().casefold(), text)


def registered_country(text: str) -> str:
    """Return the country of a registration, which may be a code or a name."""
    return country_code(text) or country_name(text)

"""View of the viewers' countries and devices."""

from __future__ import annotations

from collections.abc import Sequence

from debrief.documents.text import figures
from debrief.documents.text.sanitize import Clean
from debrief.documents.view.common import Section, percent_cell, section_of
from debrief.documents.view.model import Column, Origin, Origins, PageSection, Table
from debrief.model import Summary


def countries(summary: Summary, clean: Clean) -> Origins | None:
    """Return the countries of viewers, with regions and cities."""
    return section_of(summary, "countries", Origins, lambda section: _countries(section, clean))


def devices(summary: Summary, clean: Clean) -> Origins | None:
    """Return the kinds of device of viewers."""
    return section_of(summary, "devices", Origins, lambda section: _devices(section, clean))


def _countries(section: Section, clean: Clean) -> Origins:
    origins = [_country(row, clean) for row in section["rows"]]
    return _origins(origins, "Country", "Countries", ("country", "countries"))


def _devices(section: Section, clean: Clean) -> Origins:
    origins = [_origin(row, row["device"], clean) for row in section["rows"]]
    return _origins(origins, "Device", "Devices", ("kind of device", "kinds of device"))


def _country(row: Section, clean: Clean) -> Origin:
    regions = [
        _origin(region, region["region"], clean, [_origin(city, city["city"], clean) for city in region["cities"]])
        for region in row["regions"]
    ]
    return _origin(row, row["country"] or row["code"], clean, regions)


def _origin(row: Section, name: str, clean: Clean, within: Sequence[Origin] = ()) -> Origin:
    return Origin(
        clean(name or "") or "Unknown", row["live_viewers"], row["recording_viewers"], row.get("live_share"), within
    )


def _origins(origins: list[Origin], head: str, caption: str, counted: tuple[str, str]) -> Origins:
    if not origins:
        return Origins(PageSection((f"Kaltura does not know the {counted[0]} of any viewer.",)))
    words = (f"{figures.plural(len(origins), *counted)}, most live viewers first.", "Shares are of all live viewers.")
    columns = (
        Column(head, width=40, numeric=False),
        Column("Live viewers", "people", 20),
        Column("Share", "% of live viewers", 20),
        Column("Recording viewers", "people", 20),
    )
    rows = [
        (origin.name, figures.count(origin.live), percent_cell(origin.share), figures.count(origin.recording))
        for origin in origins
    ]
    return Origins(PageSection(words, Table(caption, columns, rows)), origins, _places(origins))


def _places(countries: Sequence[Origin]) -> Table | None:
    """Return a table of regions and cities: below a country its regions, below a region its cities; None if empty."""
    columns = (
        Column("Country", width=22, numeric=False),
        Column("Region", width=24, numeric=False),
        Column("City", width=22, numeric=False),
        Column("Live viewers", "people", 16),
        Column("Recording viewers", "people", 16),
    )
    rows = [
        (country.name, region.name, city, figures.count(origin.live), figures.count(origin.recording))
        for country in countries
        for region in country.within
        for city, origin in [("", region), *((city.name, city) for city in region.within)]
    ]
    return Table("Regions and cities", columns, rows) if rows else None

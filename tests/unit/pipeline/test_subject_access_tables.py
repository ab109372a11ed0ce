from __future__ import annotations

from debrief.kaltura.session_data import context, identities, registration_list
from debrief.pipeline.erasure import person_folder, subject_access

_FILES = (context.NAME.partition(".")[0], registration_list.NAME.partition(".")[0])
WITH_PEOPLE = {*identities._REPORTS, identities._PAGE_ATTENDEES_NAME, *_FILES}
MINUTES = "60011-getTable"  # its rows name nobody; personal_data reads them by user id


def test_each_answer_that_names_people_has_a_role_and_a_file_for_a_person_who_asks_for_their_data() -> None:
    assert set(subject_access._ROLES) == WITH_PEOPLE
    assert set(subject_access.SOURCES) == {*WITH_PEOPLE, MINUTES}
    assert set(person_folder._TABLES) == {*subject_access.SOURCES, "mails", "marks"}

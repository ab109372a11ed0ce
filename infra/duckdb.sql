-- The tables of infra/athena.yaml for DuckDB, made from it by `make generated`.
-- SET VARIABLE archive = 'out/archive' (or 's3://THE-BUCKET') comes before it; docs/archive.md has the queries.

CREATE OR REPLACE VIEW rooms_csv AS
SELECT coalesce(entry_id, '') AS entry_id, coalesce(entry_name, '') AS entry_name, coalesce(parent_entry_id, '') AS
  parent_entry_id, coalesce(cue_point_id, '') AS cue_point_id, coalesce(session_start_time, '') AS session_start_time,
  coalesce(session_end_time, '') AS session_end_time, coalesce(session_host_user_id, '') AS session_host_user_id,
  coalesce(meeting_view_period_unique_users, '') AS meeting_view_period_unique_users,
  coalesce(meeting_engaged_play_time_ratio, '') AS meeting_engaged_play_time_ratio, "$path", date
FROM read_csv(getvariable('archive') || '/rooms/date=*/**/*', hive_partitioning = true, hive_types = {'date': VARCHAR},
  columns = {'entry_id': 'VARCHAR', 'entry_name': 'VARCHAR', 'parent_entry_id': 'VARCHAR', 'cue_point_id': 'VARCHAR',
    'session_start_time': 'VARCHAR', 'session_end_time': 'VARCHAR', 'session_host_user_id': 'VARCHAR',
    'meeting_view_period_unique_users': 'VARCHAR', 'meeting_engaged_play_time_ratio': 'VARCHAR'},
  filename = '$path', auto_detect = false, null_padding = true, header = true, delim = ',', quote = '"', escape = '"');

CREATE OR REPLACE VIEW attendees_csv AS
SELECT coalesce(entry_id, '') AS entry_id, coalesce(cue_point_id, '') AS cue_point_id, coalesce(user_id, '') AS
  user_id, coalesce(user_name, '') AS user_name, coalesce(user_email, '') AS user_email, coalesce(user_type, '') AS
  user_type, coalesce(meeting_view_time, '') AS meeting_view_time, coalesce(meeting_engaged_play_time_ratio, '') AS
  meeting_engaged_play_time_ratio, coalesce(breakout_minutes, '') AS breakout_minutes, coalesce(title, '') AS title,
  coalesce(company, '') AS company, coalesce(country, '') AS country, coalesce(role, '') AS role, coalesce(industry,
  '') AS industry, coalesce(reactions, '') AS reactions, coalesce(raised_hands, '') AS raised_hands,
  coalesce(chat_messages, '') AS chat_messages, coalesce(polls_answered, '') AS polls_answered, coalesce(qna_threads,
  '') AS qna_threads, coalesce(attachments_downloaded, '') AS attachments_downloaded, coalesce(event_id, '') AS
  event_id, "$path", date
FROM read_csv(getvariable('archive') || '/attendees/date=*/**/*', hive_partitioning = true, hive_types = {'date': VARCHAR},
  columns = {'entry_id': 'VARCHAR', 'cue_point_id': 'VARCHAR', 'user_id': 'VARCHAR', 'user_name': 'VARCHAR',
    'user_email': 'VARCHAR', 'user_type': 'VARCHAR', 'meeting_view_time': 'VARCHAR',
    'meeting_engaged_play_time_ratio': 'VARCHAR', 'breakout_minutes': 'VARCHAR', 'title': 'VARCHAR', 'company':
    'VARCHAR', 'country': 'VARCHAR', 'role': 'VARCHAR', 'industry': 'VARCHAR', 'reactions': 'VARCHAR', 'raised_hands':
    'VARCHAR', 'chat_messages': 'VARCHAR', 'polls_answered': 'VARCHAR', 'qna_threads': 'VARCHAR',
    'attachments_downloaded': 'VARCHAR', 'event_id': 'VARCHAR'},
  filename = '$path', auto_detect = false, null_padding = true, header = true, delim = ',', quote = '"', escape = '"');

CREATE OR REPLACE VIEW breakouts_csv AS
SELECT coalesce(parent_entry_id, '') AS parent_entry_id, coalesce(parent_entry_name, '') AS parent_entry_name,
  coalesce(breakout_entry_id, '') AS breakout_entry_id, coalesce(breakout_entry_name, '') AS breakout_entry_name,
  coalesce(cue_point_id, '') AS cue_point_id, coalesce(session_initiator, '') AS session_initiator,
  coalesce(session_start_time, '') AS session_start_time, coalesce(session_end_time, '') AS session_end_time,
  coalesce(duration, '') AS duration, coalesce(participant_count, '') AS participant_count, coalesce(engagement_rate,
  '') AS engagement_rate, "$path", date
FROM read_csv(getvariable('archive') || '/breakouts/date=*/**/*', hive_partitioning = true, hive_types = {'date': VARCHAR},
  columns = {'parent_entry_id': 'VARCHAR', 'parent_entry_name': 'VARCHAR', 'breakout_entry_id': 'VARCHAR',
    'breakout_entry_name': 'VARCHAR', 'cue_point_id': 'VARCHAR', 'session_initiator': 'VARCHAR', 'session_start_time':
    'VARCHAR', 'session_end_time': 'VARCHAR', 'duration': 'VARCHAR', 'participant_count': 'VARCHAR',
    'engagement_rate': 'VARCHAR'},
  filename = '$path', auto_detect = false, null_padding = true, header = true, delim = ',', quote = '"', escape = '"');

CREATE OR REPLACE VIEW summaries_json AS
SELECT schema, session, entry_id, entry_name, parent_entry_id, host_user_id, started_at, ended_at, duration_minutes,
  state, revision, unique_attendees, guests, users, minutes_total, minutes_unidentified, minutes_average,
  minutes_median, minutes_p90, attendance_share, stayed_25, stayed_50, stayed_75, stayed_90, kaltura_unique_users,
  engagement_rate, engagement_rate_mean, kaltura_engagement_rate, breakout_rooms, breakout_sessions,
  breakout_participants, breakout_minutes, breakout_engagement_rate, attended_minutes, people_present,
  people_breakout_only, presence_average, presence_median, presence_p90, presence_share, present_25, present_50,
  present_75, present_90, viewers_total, viewers_live, viewers_recording, minutes_viewed_average,
  minutes_viewed_average_live, minutes_viewed_average_recording, live_engagement_rate, reactions_users_rate,
  reactions_count, chat_users_rate, chat_messages_count, polls_users_rate, qna_users_rate, qna_threads_count,
  downloads_users_rate, downloads_count, recording_plays, peak_live_viewers, peak_live_viewers_at, event_id, date
FROM read_json(getvariable('archive') || '/summaries/date=*/**/*', hive_partitioning = true, hive_types = {'date': VARCHAR},
  columns = {'schema': 'VARCHAR', 'session': 'VARCHAR', 'entry_id': 'VARCHAR', 'entry_name': 'VARCHAR',
    'parent_entry_id': 'VARCHAR', 'host_user_id': 'VARCHAR', 'started_at': 'TIMESTAMP', 'ended_at': 'TIMESTAMP',
    'duration_minutes': 'DOUBLE', 'state': 'VARCHAR', 'revision': 'BIGINT', 'unique_attendees': 'BIGINT', 'guests':
    'BIGINT', 'users': 'BIGINT', 'minutes_total': 'DOUBLE', 'minutes_unidentified': 'DOUBLE', 'minutes_average':
    'DOUBLE', 'minutes_median': 'DOUBLE', 'minutes_p90': 'DOUBLE', 'attendance_share': 'DOUBLE', 'stayed_25':
    'DOUBLE', 'stayed_50': 'DOUBLE', 'stayed_75': 'DOUBLE', 'stayed_90': 'DOUBLE', 'kaltura_unique_users': 'BIGINT',
    'engagement_rate': 'DOUBLE', 'engagement_rate_mean': 'DOUBLE', 'kaltura_engagement_rate': 'DOUBLE',
    'breakout_rooms': 'BIGINT', 'breakout_sessions': 'BIGINT', 'breakout_participants': 'BIGINT', 'breakout_minutes':
    'DOUBLE', 'breakout_engagement_rate': 'DOUBLE', 'attended_minutes': 'DOUBLE', 'people_present': 'BIGINT',
    'people_breakout_only': 'BIGINT', 'presence_average': 'DOUBLE', 'presence_median': 'DOUBLE', 'presence_p90':
    'DOUBLE', 'presence_share': 'DOUBLE', 'present_25': 'DOUBLE', 'present_50': 'DOUBLE', 'present_75': 'DOUBLE',
    'present_90': 'DOUBLE', 'viewers_total': 'BIGINT', 'viewers_live': 'BIGINT', 'viewers_recording': 'BIGINT',
    'minutes_viewed_average': 'DOUBLE', 'minutes_viewed_average_live': 'DOUBLE', 'minutes_viewed_average_recording':
    'DOUBLE', 'live_engagement_rate': 'DOUBLE', 'reactions_users_rate': 'DOUBLE', 'reactions_count': 'BIGINT',
    'chat_users_rate': 'DOUBLE', 'chat_messages_count': 'BIGINT', 'polls_users_rate': 'DOUBLE', 'qna_users_rate':
    'DOUBLE', 'qna_threads_count': 'BIGINT', 'downloads_users_rate': 'DOUBLE', 'downloads_count': 'BIGINT',
    'recording_plays': 'BIGINT', 'peak_live_viewers': 'BIGINT', 'peak_live_viewers_at': 'TIMESTAMP', 'event_id':
    'VARCHAR'},
  format = 'newline_delimited');

SET VARIABLE has_polls = (SELECT count(*) > 0 FROM glob(getvariable('archive') || '/polls/date=*/**/*'));
CREATE OR REPLACE VIEW polls_csv AS
FROM query(CASE WHEN getvariable('has_polls') THEN $$
SELECT coalesce(session, '') AS session, coalesce(poll_number, '') AS poll_number, coalesce(question, '') AS question,
  coalesce(type, '') AS type, coalesce(poll_participants, '') AS poll_participants, coalesce(counted, '') AS counted,
  coalesce(option_number, '') AS option_number, coalesce(option, '') AS option, coalesce(participants, '') AS
  participants, coalesce(share, '') AS share, coalesce(correct, '') AS correct, "$path", date
FROM read_csv(getvariable('archive') || '/polls/date=*/**/*', hive_partitioning = true, hive_types = {'date': VARCHAR},
  columns = {'session': 'VARCHAR', 'poll_number': 'VARCHAR', 'question': 'VARCHAR', 'type': 'VARCHAR',
    'poll_participants': 'VARCHAR', 'counted': 'VARCHAR', 'option_number': 'VARCHAR', 'option': 'VARCHAR',
    'participants': 'VARCHAR', 'share': 'VARCHAR', 'correct': 'VARCHAR'},
  filename = '$path', auto_detect = false, null_padding = true, header = true, delim = ',', quote = '"', escape = '"')
$$ ELSE $$
SELECT NULL::VARCHAR AS session, NULL::VARCHAR AS poll_number, NULL::VARCHAR AS question, NULL::VARCHAR AS type,
  NULL::VARCHAR AS poll_participants, NULL::VARCHAR AS counted, NULL::VARCHAR AS option_number, NULL::VARCHAR AS
  option, NULL::VARCHAR AS participants, NULL::VARCHAR AS share, NULL::VARCHAR AS correct, NULL::VARCHAR AS "$path",
  NULL::VARCHAR AS date WHERE false
$$ END);

SET VARIABLE has_timeline = (SELECT count(*) > 0 FROM glob(getvariable('archive') || '/timeline/date=*/**/*'));
CREATE OR REPLACE VIEW timeline_csv AS
FROM query(CASE WHEN getvariable('has_timeline') THEN $$
SELECT coalesce(session, '') AS session, coalesce(minute, '') AS minute, coalesce(started_at, '') AS started_at,
  coalesce(viewers, '') AS viewers, coalesce(engagement_rate, '') AS engagement_rate, coalesce(reactions, '') AS
  reactions, coalesce(clap, '') AS clap, coalesce(heart, '') AS heart, coalesce(think, '') AS think, coalesce(wow, '')
  AS wow, coalesce(smile, '') AS smile, "$path", date
FROM read_csv(getvariable('archive') || '/timeline/date=*/**/*', hive_partitioning = true, hive_types = {'date': VARCHAR},
  columns = {'session': 'VARCHAR', 'minute': 'VARCHAR', 'started_at': 'VARCHAR', 'viewers': 'VARCHAR',
    'engagement_rate': 'VARCHAR', 'reactions': 'VARCHAR', 'clap': 'VARCHAR', 'heart': 'VARCHAR', 'think': 'VARCHAR',
    'wow': 'VARCHAR', 'smile': 'VARCHAR'},
  filename = '$path', auto_detect = false, null_padding = true, header = true, delim = ',', quote = '"', escape = '"')
$$ ELSE $$
SELECT NULL::VARCHAR AS session, NULL::VARCHAR AS minute, NULL::VARCHAR AS started_at, NULL::VARCHAR AS viewers,
  NULL::VARCHAR AS engagement_rate, NULL::VARCHAR AS reactions, NULL::VARCHAR AS clap, NULL::VARCHAR AS heart,
  NULL::VARCHAR AS think, NULL::VARCHAR AS wow, NULL::VARCHAR AS smile, NULL::VARCHAR AS "$path", NULL::VARCHAR AS
  date WHERE false
$$ END);

SET VARIABLE has_recordings = (SELECT count(*) > 0 FROM glob(getvariable('archive') || '/recordings/date=*/**/*'));
CREATE OR REPLACE VIEW recordings_csv AS
FROM query(CASE WHEN getvariable('has_recordings') THEN $$
SELECT coalesce(session, '') AS session, coalesce(entry_id, '') AS entry_id, coalesce(entry_name, '') AS entry_name,
  coalesce(plays, '') AS plays, coalesce(impressions, '') AS impressions, coalesce(minutes, '') AS minutes,
  coalesce(viewers, '') AS viewers, coalesce(completion_rate, '') AS completion_rate, "$path", date
FROM read_csv(getvariable('archive') || '/recordings/date=*/**/*', hive_partitioning = true, hive_types = {'date': VARCHAR},
  columns = {'session': 'VARCHAR', 'entry_id': 'VARCHAR', 'entry_name': 'VARCHAR', 'plays': 'VARCHAR', 'impressions':
    'VARCHAR', 'minutes': 'VARCHAR', 'viewers': 'VARCHAR', 'completion_rate': 'VARCHAR'},
  filename = '$path', auto_detect = false, null_padding = true, header = true, delim = ',', quote = '"', escape = '"')
$$ ELSE $$
SELECT NULL::VARCHAR AS session, NULL::VARCHAR AS entry_id, NULL::VARCHAR AS entry_name, NULL::VARCHAR AS plays,
  NULL::VARCHAR AS impressions, NULL::VARCHAR AS minutes, NULL::VARCHAR AS viewers, NULL::VARCHAR AS completion_rate,
  NULL::VARCHAR AS "$path", NULL::VARCHAR AS date WHERE false
$$ END);

SET VARIABLE has_countries = (SELECT count(*) > 0 FROM glob(getvariable('archive') || '/countries/date=*/**/*'));
CREATE OR REPLACE VIEW countries_csv AS
FROM query(CASE WHEN getvariable('has_countries') THEN $$
SELECT coalesce(session, '') AS session, coalesce(country_code, '') AS country_code, coalesce(country, '') AS country,
  coalesce(live_viewers, '') AS live_viewers, coalesce(recording_viewers, '') AS recording_viewers,
  coalesce(live_share, '') AS live_share, "$path", date
FROM read_csv(getvariable('archive') || '/countries/date=*/**/*', hive_partitioning = true, hive_types = {'date': VARCHAR},
  columns = {'session': 'VARCHAR', 'country_code': 'VARCHAR', 'country': 'VARCHAR', 'live_viewers': 'VARCHAR',
    'recording_viewers': 'VARCHAR', 'live_share': 'VARCHAR'},
  filename = '$path', auto_detect = false, null_padding = true, header = true, delim = ',', quote = '"', escape = '"')
$$ ELSE $$
SELECT NULL::VARCHAR AS session, NULL::VARCHAR AS country_code, NULL::VARCHAR AS country, NULL::VARCHAR AS
  live_viewers, NULL::VARCHAR AS recording_viewers, NULL::VARCHAR AS live_share, NULL::VARCHAR AS "$path",
  NULL::VARCHAR AS date WHERE false
$$ END);

SET VARIABLE has_devices = (SELECT count(*) > 0 FROM glob(getvariable('archive') || '/devices/date=*/**/*'));
CREATE OR REPLACE VIEW devices_csv AS
FROM query(CASE WHEN getvariable('has_devices') THEN $$
SELECT coalesce(session, '') AS session, coalesce(device, '') AS device, coalesce(live_viewers, '') AS live_viewers,
  coalesce(recording_viewers, '') AS recording_viewers, coalesce(live_share, '') AS live_share, "$path", date
FROM read_csv(getvariable('archive') || '/devices/date=*/**/*', hive_partitioning = true, hive_types = {'date': VARCHAR},
  columns = {'session': 'VARCHAR', 'device': 'VARCHAR', 'live_viewers': 'VARCHAR', 'recording_viewers': 'VARCHAR',
    'live_share': 'VARCHAR'},
  filename = '$path', auto_detect = false, null_padding = true, header = true, delim = ',', quote = '"', escape = '"')
$$ ELSE $$
SELECT NULL::VARCHAR AS session, NULL::VARCHAR AS device, NULL::VARCHAR AS live_viewers, NULL::VARCHAR AS
  recording_viewers, NULL::VARCHAR AS live_share, NULL::VARCHAR AS "$path", NULL::VARCHAR AS date WHERE false
$$ END);

SET VARIABLE has_follow_up = (SELECT count(*) > 0 FROM glob(getvariable('archive') || '/follow_up/date=*/**/*'));
CREATE OR REPLACE VIEW follow_up_csv AS
FROM query(CASE WHEN getvariable('has_follow_up') THEN $$
SELECT coalesce(session, '') AS session, coalesce(segment, '') AS segment, coalesce(user_id, '') AS user_id,
  coalesce(user_name, '') AS user_name, coalesce(user_email, '') AS user_email, coalesce(reason, '') AS reason,
  "$path", date
FROM read_csv(getvariable('archive') || '/follow_up/date=*/**/*', hive_partitioning = true, hive_types = {'date': VARCHAR},
  columns = {'session': 'VARCHAR', 'segment': 'VARCHAR', 'user_id': 'VARCHAR', 'user_name': 'VARCHAR', 'user_email':
    'VARCHAR', 'reason': 'VARCHAR'},
  filename = '$path', auto_detect = false, null_padding = true, header = true, delim = ',', quote = '"', escape = '"')
$$ ELSE $$
SELECT NULL::VARCHAR AS session, NULL::VARCHAR AS segment, NULL::VARCHAR AS user_id, NULL::VARCHAR AS user_name,
  NULL::VARCHAR AS user_email, NULL::VARCHAR AS reason, NULL::VARCHAR AS "$path", NULL::VARCHAR AS date WHERE false
$$ END);

SET VARIABLE has_registrations = (SELECT count(*) > 0 FROM glob(getvariable('archive') || '/registrants/date=*/**/*'));
CREATE OR REPLACE VIEW registrations_csv AS
FROM query(CASE WHEN getvariable('has_registrations') THEN $$
SELECT coalesce(session, '') AS session, coalesce(user_id, '') AS user_id, coalesce(user_name, '') AS user_name,
  coalesce(user_email, '') AS user_email, coalesce(registered, '') AS registered, coalesce(class, '') AS class,
  coalesce(came, '') AS came, coalesce(minutes, '') AS minutes, coalesce(status, '') AS status, coalesce(reason, '')
  AS reason, coalesce(registered_for, '') AS registered_for, coalesce(source, '') AS source, coalesce(registered_at,
  '') AS registered_at, coalesce(origin, '') AS origin, coalesce(aliases, '') AS aliases, coalesce(event_id, '') AS
  event_id, "$path", date
FROM read_csv(getvariable('archive') || '/registrants/date=*/**/*', hive_partitioning = true, hive_types = {'date': VARCHAR},
  columns = {'session': 'VARCHAR', 'user_id': 'VARCHAR', 'user_name': 'VARCHAR', 'user_email': 'VARCHAR',
    'registered': 'VARCHAR', 'class': 'VARCHAR', 'came': 'VARCHAR', 'minutes': 'VARCHAR', 'status': 'VARCHAR',
    'reason': 'VARCHAR', 'registered_for': 'VARCHAR', 'source': 'VARCHAR', 'registered_at': 'VARCHAR', 'origin':
    'VARCHAR', 'aliases': 'VARCHAR', 'event_id': 'VARCHAR'},
  filename = '$path', auto_detect = false, null_padding = true, header = true, delim = ',', quote = '"', escape = '"')
$$ ELSE $$
SELECT NULL::VARCHAR AS session, NULL::VARCHAR AS user_id, NULL::VARCHAR AS user_name, NULL::VARCHAR AS user_email,
  NULL::VARCHAR AS registered, NULL::VARCHAR AS class, NULL::VARCHAR AS came, NULL::VARCHAR AS minutes, NULL::VARCHAR
  AS status, NULL::VARCHAR AS reason, NULL::VARCHAR AS registered_for, NULL::VARCHAR AS source, NULL::VARCHAR AS
  registered_at, NULL::VARCHAR AS origin, NULL::VARCHAR AS aliases, NULL::VARCHAR AS event_id, NULL::VARCHAR AS
  "$path", NULL::VARCHAR AS date WHERE false
$$ END);

SET VARIABLE has_events = (SELECT count(*) > 0 FROM glob(getvariable('archive') || '/events/date=*/**/*'));
CREATE OR REPLACE VIEW events_json AS
FROM query(CASE WHEN getvariable('has_events') THEN $$
SELECT schema, session, event_id, event_name, started_at, ended_at, state, revision, sessions, unique_attendees,
  people_present, people_breakout_only, guests, users, attendances, sessions_average, returning_rate,
  all_sessions_rate, minutes_total, minutes_unidentified, minutes_average, minutes_median, presence_average,
  presence_median, engagement_rate, date
FROM read_json(getvariable('archive') || '/events/date=*/**/*', hive_partitioning = true, hive_types = {'date': VARCHAR},
  columns = {'schema': 'VARCHAR', 'session': 'VARCHAR', 'event_id': 'VARCHAR', 'event_name': 'VARCHAR', 'started_at':
    'TIMESTAMP', 'ended_at': 'TIMESTAMP', 'state': 'VARCHAR', 'revision': 'BIGINT', 'sessions': 'BIGINT',
    'unique_attendees': 'BIGINT', 'people_present': 'BIGINT', 'people_breakout_only': 'BIGINT', 'guests': 'BIGINT',
    'users': 'BIGINT', 'attendances': 'BIGINT', 'sessions_average': 'DOUBLE', 'returning_rate': 'DOUBLE',
    'all_sessions_rate': 'DOUBLE', 'minutes_total': 'DOUBLE', 'minutes_unidentified': 'DOUBLE', 'minutes_average':
    'DOUBLE', 'minutes_median': 'DOUBLE', 'presence_average': 'DOUBLE', 'presence_median': 'DOUBLE',
    'engagement_rate': 'DOUBLE'},
  format = 'newline_delimited')
$$ ELSE $$
SELECT NULL::VARCHAR AS schema, NULL::VARCHAR AS session, NULL::VARCHAR AS event_id, NULL::VARCHAR AS event_name,
  NULL::TIMESTAMP AS started_at, NULL::TIMESTAMP AS ended_at, NULL::VARCHAR AS state, NULL::BIGINT AS revision,
  NULL::BIGINT AS sessions, NULL::BIGINT AS unique_attendees, NULL::BIGINT AS people_present, NULL::BIGINT AS
  people_breakout_only, NULL::BIGINT AS guests, NULL::BIGINT AS users, NULL::BIGINT AS attendances, NULL::DOUBLE AS
  sessions_average, NULL::DOUBLE AS returning_rate, NULL::DOUBLE AS all_sessions_rate, NULL::DOUBLE AS minutes_total,
  NULL::DOUBLE AS minutes_unidentified, NULL::DOUBLE AS minutes_average, NULL::DOUBLE AS minutes_median, NULL::DOUBLE
  AS presence_average, NULL::DOUBLE AS presence_median, NULL::DOUBLE AS engagement_rate, NULL::VARCHAR AS date WHERE
  false
$$ END);

CREATE OR REPLACE VIEW rooms AS
SELECT NULLIF(entry_id, '') AS entry_id, NULLIF(entry_name, '') AS entry_name, NULLIF(parent_entry_id, '') AS
  parent_entry_id, NULLIF(cue_point_id, '') AS cue_point_id, TRY_CAST(TRY_CAST(session_start_time AS double) AS
  bigint) AS session_start_time, TRY_CAST(TRY_CAST(session_end_time AS double) AS bigint) AS session_end_time,
  NULLIF(session_host_user_id, '') AS session_host_user_id, TRY_CAST(TRY_CAST(meeting_view_period_unique_users AS
  double) AS bigint) AS meeting_view_period_unique_users, CASE WHEN TRY_CAST(meeting_engaged_play_time_ratio AS
  double) BETWEEN -1e15 AND 1e15 THEN TRY_CAST(meeting_engaged_play_time_ratio AS double) END AS
  meeting_engaged_play_time_ratio, CASE WHEN TRY_CAST(session_start_time AS double) BETWEEN 0 AND 99999999999 THEN
  TIMESTAMP '1970-01-01 00:00:00' + INTERVAL '1' SECOND * CAST(CAST(session_start_time AS double) AS bigint) END AS
  started_at, CASE WHEN TRY_CAST(session_end_time AS double) BETWEEN 0 AND 99999999999 THEN TIMESTAMP
  '1970-01-01 00:00:00' + INTERVAL '1' SECOND * CAST(CAST(session_end_time AS double) AS bigint) END AS ended_at,
  url_decode(regexp_extract("$path", 'session=([^/]+)', 1)) AS session, CAST(date AS date) AS date
FROM rooms_csv;

CREATE OR REPLACE VIEW attendees AS
SELECT NULLIF(entry_id, '') AS entry_id, NULLIF(cue_point_id, '') AS cue_point_id, NULLIF(user_id, '') AS user_id,
  NULLIF(user_name, '') AS user_name, NULLIF(user_email, '') AS user_email, NULLIF(user_type, '') AS user_type, CASE
  WHEN TRY_CAST(meeting_view_time AS double) BETWEEN -1e15 AND 1e15 THEN TRY_CAST(meeting_view_time AS double) END AS
  meeting_view_time, CASE WHEN TRY_CAST(meeting_engaged_play_time_ratio AS double) BETWEEN -1e15 AND 1e15 THEN
  TRY_CAST(meeting_engaged_play_time_ratio AS double) END AS meeting_engaged_play_time_ratio, CASE WHEN
  TRY_CAST(breakout_minutes AS double) BETWEEN -1e15 AND 1e15 THEN TRY_CAST(breakout_minutes AS double) END AS
  breakout_minutes, NULLIF(title, '') AS title, NULLIF(company, '') AS company, NULLIF(country, '') AS country,
  NULLIF(role, '') AS role, NULLIF(industry, '') AS industry, TRY_CAST(TRY_CAST(reactions AS double) AS bigint) AS
  reactions, TRY_CAST(TRY_CAST(raised_hands AS double) AS bigint) AS raised_hands, TRY_CAST(TRY_CAST(chat_messages AS
  double) AS bigint) AS chat_messages, TRY_CAST(TRY_CAST(polls_answered AS double) AS bigint) AS polls_answered,
  TRY_CAST(TRY_CAST(qna_threads AS double) AS bigint) AS qna_threads, TRY_CAST(TRY_CAST(attachments_downloaded AS
  double) AS bigint) AS attachments_downloaded, NULLIF(event_id, '') AS event_id, trim(translate(user_id, chr(9) ||
  chr(160), '')) <> '' AND user_id <> 'Unknown' AS is_identified, url_decode(regexp_extract("$path",
  'session=([^/]+)', 1)) AS session, CAST(date AS date) AS date
FROM attendees_csv;

CREATE OR REPLACE VIEW breakouts AS
SELECT NULLIF(parent_entry_id, '') AS parent_entry_id, NULLIF(parent_entry_name, '') AS parent_entry_name,
  NULLIF(breakout_entry_id, '') AS breakout_entry_id, NULLIF(breakout_entry_name, '') AS breakout_entry_name,
  NULLIF(cue_point_id, '') AS cue_point_id, NULLIF(session_initiator, '') AS session_initiator,
  TRY_CAST(TRY_CAST(session_start_time AS double) AS bigint) AS session_start_time, TRY_CAST(TRY_CAST(session_end_time
  AS double) AS bigint) AS session_end_time, CASE WHEN TRY_CAST(duration AS double) BETWEEN -1e15 AND 1e15 THEN
  TRY_CAST(duration AS double) END AS duration, TRY_CAST(TRY_CAST(participant_count AS double) AS bigint) AS
  participant_count, CASE WHEN TRY_CAST(engagement_rate AS double) BETWEEN -1e15 AND 1e15 THEN
  TRY_CAST(engagement_rate AS double) END AS engagement_rate, CASE WHEN TRY_CAST(session_start_time AS double) BETWEEN
  0 AND 99999999999 THEN TIMESTAMP '1970-01-01 00:00:00' + INTERVAL '1' SECOND * CAST(CAST(session_start_time AS
  double) AS bigint) END AS started_at, CASE WHEN TRY_CAST(session_end_time AS double) BETWEEN 0 AND 99999999999 THEN
  TIMESTAMP '1970-01-01 00:00:00' + INTERVAL '1' SECOND * CAST(CAST(session_end_time AS double) AS bigint) END AS
  ended_at, url_decode(regexp_extract("$path", 'session=([^/]+)', 1)) AS session, CAST(date AS date) AS date
FROM breakouts_csv;

CREATE OR REPLACE VIEW summaries AS
SELECT schema, session, entry_id, entry_name, parent_entry_id, host_user_id, started_at, ended_at, duration_minutes,
  state, revision, unique_attendees, guests, users, minutes_total, minutes_unidentified, minutes_average,
  minutes_median, minutes_p90, attendance_share, stayed_25, stayed_50, stayed_75, stayed_90, kaltura_unique_users,
  engagement_rate, engagement_rate_mean, kaltura_engagement_rate, breakout_rooms, breakout_sessions,
  breakout_participants, breakout_minutes, breakout_engagement_rate, attended_minutes, people_present,
  people_breakout_only, presence_average, presence_median, presence_p90, presence_share, present_25, present_50,
  present_75, present_90, viewers_total, viewers_live, viewers_recording, minutes_viewed_average,
  minutes_viewed_average_live, minutes_viewed_average_recording, live_engagement_rate, reactions_users_rate,
  reactions_count, chat_users_rate, chat_messages_count, polls_users_rate, qna_users_rate, qna_threads_count,
  downloads_users_rate, downloads_count, recording_plays, peak_live_viewers, peak_live_viewers_at, event_id, CAST(date
  AS date) AS date
FROM summaries_json;

CREATE OR REPLACE VIEW polls AS
SELECT NULLIF(session, '') AS session, TRY_CAST(TRY_CAST(poll_number AS double) AS bigint) AS poll_number,
  NULLIF(question, '') AS question, NULLIF(type, '') AS type, TRY_CAST(TRY_CAST(poll_participants AS double) AS
  bigint) AS poll_participants, NULLIF(counted, '') AS counted, TRY_CAST(TRY_CAST(option_number AS double) AS bigint)
  AS option_number, NULLIF(option, '') AS option, TRY_CAST(TRY_CAST(participants AS double) AS bigint) AS
  participants, CASE WHEN TRY_CAST(share AS double) BETWEEN -1e15 AND 1e15 THEN TRY_CAST(share AS double) END AS
  share, CASE correct WHEN 'true' THEN true WHEN 'false' THEN false END AS correct, CAST(date AS date) AS date
FROM polls_csv;

CREATE OR REPLACE VIEW timeline AS
SELECT NULLIF(session, '') AS session, TRY_CAST(TRY_CAST(minute AS double) AS bigint) AS minute,
  TRY_CAST(replace(replace(started_at, 'T', ' '), 'Z', '') AS timestamp) AS started_at, TRY_CAST(TRY_CAST(viewers AS
  double) AS bigint) AS viewers, CASE WHEN TRY_CAST(engagement_rate AS double) BETWEEN -1e15 AND 1e15 THEN
  TRY_CAST(engagement_rate AS double) END AS engagement_rate, TRY_CAST(TRY_CAST(reactions AS double) AS bigint) AS
  reactions, TRY_CAST(TRY_CAST(clap AS double) AS bigint) AS clap, TRY_CAST(TRY_CAST(heart AS double) AS bigint) AS
  heart, TRY_CAST(TRY_CAST(think AS double) AS bigint) AS think, TRY_CAST(TRY_CAST(wow AS double) AS bigint) AS wow,
  TRY_CAST(TRY_CAST(smile AS double) AS bigint) AS smile, CAST(date AS date) AS date
FROM timeline_csv;

CREATE OR REPLACE VIEW recordings AS
SELECT NULLIF(session, '') AS session, NULLIF(entry_id, '') AS entry_id, NULLIF(entry_name, '') AS entry_name,
  TRY_CAST(TRY_CAST(plays AS double) AS bigint) AS plays, TRY_CAST(TRY_CAST(impressions AS double) AS bigint) AS
  impressions, CASE WHEN TRY_CAST(minutes AS double) BETWEEN -1e15 AND 1e15 THEN TRY_CAST(minutes AS double) END AS
  minutes, TRY_CAST(TRY_CAST(viewers AS double) AS bigint) AS viewers, CASE WHEN TRY_CAST(completion_rate AS double)
  BETWEEN -1e15 AND 1e15 THEN TRY_CAST(completion_rate AS double) END AS completion_rate, CAST(date AS date) AS date
FROM recordings_csv;

CREATE OR REPLACE VIEW countries AS
SELECT NULLIF(session, '') AS session, NULLIF(country_code, '') AS country_code, NULLIF(country, '') AS country,
  TRY_CAST(TRY_CAST(live_viewers AS double) AS bigint) AS live_viewers, TRY_CAST(TRY_CAST(recording_viewers AS double)
  AS bigint) AS recording_viewers, CASE WHEN TRY_CAST(live_share AS double) BETWEEN -1e15 AND 1e15 THEN
  TRY_CAST(live_share AS double) END AS live_share, CAST(date AS date) AS date
FROM countries_csv;

CREATE OR REPLACE VIEW devices AS
SELECT NULLIF(session, '') AS session, NULLIF(device, '') AS device, TRY_CAST(TRY_CAST(live_viewers AS double) AS
  bigint) AS live_viewers, TRY_CAST(TRY_CAST(recording_viewers AS double) AS bigint) AS recording_viewers, CASE WHEN
  TRY_CAST(live_share AS double) BETWEEN -1e15 AND 1e15 THEN TRY_CAST(live_share AS double) END AS live_share,
  CAST(date AS date) AS date
FROM devices_csv;

CREATE OR REPLACE VIEW follow_up AS
SELECT NULLIF(session, '') AS session, NULLIF(segment, '') AS segment, NULLIF(user_id, '') AS user_id,
  NULLIF(user_name, '') AS user_name, NULLIF(user_email, '') AS user_email, NULLIF(reason, '') AS reason, CAST(date AS
  date) AS date
FROM follow_up_csv;

CREATE OR REPLACE VIEW registrations AS
SELECT NULLIF(session, '') AS session, NULLIF(user_id, '') AS user_id, NULLIF(user_name, '') AS user_name,
  NULLIF(user_email, '') AS user_email, CASE registered WHEN 'true' THEN true WHEN 'false' THEN false END AS
  registered, NULLIF(class, '') AS class, CASE came WHEN 'true' THEN true WHEN 'false' THEN false END AS came, CASE
  WHEN TRY_CAST(minutes AS double) BETWEEN -1e15 AND 1e15 THEN TRY_CAST(minutes AS double) END AS minutes,
  NULLIF(status, '') AS status, NULLIF(reason, '') AS reason, NULLIF(registered_for, '') AS registered_for,
  NULLIF(source, '') AS source, TRY_CAST(replace(replace(registered_at, 'T', ' '), 'Z', '') AS timestamp) AS
  registered_at, NULLIF(origin, '') AS origin, NULLIF(aliases, '') AS aliases, NULLIF(event_id, '') AS event_id,
  CAST(date AS date) AS date
FROM registrations_csv;

CREATE OR REPLACE VIEW events AS
SELECT schema, session, event_id, event_name, started_at, ended_at, state, revision, sessions, unique_attendees,
  people_present, people_breakout_only, guests, users, attendances, sessions_average, returning_rate,
  all_sessions_rate, minutes_total, minutes_unidentified, minutes_average, minutes_median, presence_average,
  presence_median, engagement_rate, CAST(date AS date) AS date
FROM events_json;


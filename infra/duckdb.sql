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
  filename = '$path', auto_detect = false, header = true, delim = ',', quote = '"', escape = '"');

CREATE OR REPLACE VIEW attendees_csv AS
SELECT coalesce(entry_id, '') AS entry_id, coalesce(cue_point_id, '') AS cue_point_id, coalesce(user_id, '') AS
  user_id, coalesce(user_name, '') AS user_name, coalesce(user_email, '') AS user_email, coalesce(user_type, '') AS
  user_type, coalesce(meeting_view_time, '') AS meeting_view_time, coalesce(meeting_engaged_play_time_ratio, '') AS
  meeting_engaged_play_time_ratio, coalesce(breakout_minutes, '') AS breakout_minutes, coalesce(title, '') AS title,
  coalesce(company, '') AS company, coalesce(country, '') AS country, coalesce(role, '') AS role, coalesce(industry,
  '') AS industry, coalesce(reactions, '') AS reactions, coalesce(raised_hands, '') AS raised_hands,
  coalesce(chat_messages, '') AS chat_messages, coalesce(polls_answered, '') AS polls_answered, coalesce(qna_threads,
  '') AS qna_threads, coalesce(attachments_downloaded, '') AS attachments_downloaded, "$path", date
FROM read_csv(getvariable('archive') || '/attendees/date=*/**/*', hive_partitioning = true, hive_types = {'date': VARCHAR},
  columns = {'entry_id': 'VARCHAR', 'cue_point_id': 'VARCHAR', 'user_id': 'VARCHAR', 'user_name': 'VARCHAR',
    'user_email': 'VARCHAR', 'user_type': 'VARCHAR', 'meeting_view_time': 'VARCHAR',
    'meeting_engaged_play_time_ratio': 'VARCHAR', 'breakout_minutes': 'VARCHAR', 'title': 'VARCHAR', 'company':
    'VARCHAR', 'country': 'VARCHAR', 'role': 'VARCHAR', 'industry': 'VARCHAR', 'reactions': 'VARCHAR', 'raised_hands':
    'VARCHAR', 'chat_messages': 'VARCHAR', 'polls_answered': 'VARCHAR', 'qna_threads': 'VARCHAR',
    'attachments_downloaded': 'VARCHAR'},
  filename = '$path', auto_detect = false, header = true, delim = ',', quote = '"', escape = '"');

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
  filename = '$path', auto_detect = false, header = true, delim = ',', quote = '"', escape = '"');

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
  downloads_users_rate, downloads_count, recording_plays, peak_live_viewers, peak_live_viewers_at, date
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
    'recording_plays': 'BIGINT', 'peak_live_viewers': 'BIGINT', 'peak_live_viewers_at': 'TIMESTAMP'},
  format = 'newline_delimited');

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
  url_decode(regexp_extract("$path", 'session=([^/]+)', 1)) AS session, date
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
  double) AS bigint) AS attachments_downloaded, trim(translate(user_id, chr(9) || chr(160), '')) <> '' AND user_id <>
  'Unknown' AS is_identified, url_decode(regexp_extract("$path", 'session=([^/]+)', 1)) AS session, date
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
  ended_at, url_decode(regexp_extract("$path", 'session=([^/]+)', 1)) AS session, date
FROM breakouts_csv;


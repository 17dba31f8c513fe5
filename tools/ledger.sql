-- name: create_schema
CREATE SCHEMA IF NOT EXISTS whimbrel

-- name: create_step
CREATE TABLE IF NOT EXISTS whimbrel.step (
  run text, step text, digest text NOT NULL, done_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (run, step))

-- name: create_checkpoint
CREATE TABLE IF NOT EXISTS whimbrel.checkpoint (
  run text, step text, last_key text[] NOT NULL, filled bigint NOT NULL, seen bigint NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (run, step))

-- name: exists
SELECT to_regclass('whimbrel.step') IS NOT NULL AND to_regclass('whimbrel.checkpoint') IS NOT NULL

-- name: is_done
SELECT EXISTS (SELECT FROM whimbrel.step WHERE run = $1 AND step = $2)

-- name: note_done
INSERT INTO whimbrel.step (run, step, digest) VALUES ($1, $2, $3)

-- name: forget
DELETE FROM whimbrel.step WHERE run = $1 AND step = $2

-- name: forget_checkpoint
DELETE FROM whimbrel.checkpoint WHERE run = $1 AND step = $2

-- name: read_checkpoint
SELECT last_key, filled, seen FROM whimbrel.checkpoint WHERE run = $1 AND step = $2

-- name: note_checkpoint
INSERT INTO whimbrel.checkpoint (run, step, last_key, filled, seen) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (run, step) DO UPDATE
SET last_key = excluded.last_key, filled = excluded.filled, seen = excluded.seen, updated_at = clock_timestamp()

-- name: lock
SELECT pg_try_advisory_lock($1)

-- name: holder
SELECT a.application_name, a.pid FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND (l.classid::bigint << 32) | l.objid::bigint = $1
LIMIT 1

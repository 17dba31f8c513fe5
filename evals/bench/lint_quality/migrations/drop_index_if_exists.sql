DROP INDEX IF EXISTS users_nickname_idx, users_legacy_id_idx;

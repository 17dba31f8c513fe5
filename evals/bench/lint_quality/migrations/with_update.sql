WITH stale AS (UPDATE users SET status = 'stale' WHERE last_seen < now() RETURNING id) SELECT count(*) FROM stale;

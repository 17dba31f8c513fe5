DELETE FROM sessions WHERE token IN (SELECT token FROM sessions ORDER BY token LIMIT 500);

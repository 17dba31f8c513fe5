-- functions: every function of pg_catalog that an SQL expression can call, with the strongest volatility of its namesakes.
-- `functions.txt` is its answer from PostgreSQL 18.6, one function a line.
SELECT proname || ' ' || CASE
    WHEN bool_or(provolatile = 'v') THEN 'volatile'
    WHEN bool_or(provolatile = 's') THEN 'stable'
    ELSE 'immutable'
  END
FROM pg_proc
WHERE pronamespace = 'pg_catalog'::regnamespace
  AND prokind IN ('f', 'a', 'w')
  AND prorettype NOT IN ('internal'::regtype, 'trigger'::regtype, 'event_trigger'::regtype)
  AND NOT 'internal'::regtype = ANY (proargtypes)
  AND proname !~ '^binary_upgrade_'
GROUP BY proname
ORDER BY proname COLLATE "C";

CREATE TABLE users (
  id bigint PRIMARY KEY,
  email text NOT NULL UNIQUE,
  country char(2) NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE INDEX users_country_idx ON users (country);

CREATE TABLE orders (
  id bigint PRIMARY KEY,
  user_id bigint NOT NULL REFERENCES users (id),
  total numeric(12, 2) NOT NULL CHECK (total >= 0)
);

INSERT INTO users
SELECT n, 'user' || n || '@example.org', (ARRAY['DE', 'FR', 'PT', 'SE'])[1 + n % 4],
       '2024-01-01 00:00+00'::timestamptz + n * interval '1 hour'
FROM generate_series(1, 2000) AS n;

INSERT INTO orders SELECT n, 1 + n * 7 % 2000, (n % 9000) / 100.0 FROM generate_series(1, 3000) AS n;

ANALYZE;

CREATE TABLE staging_import (id integer);
INSERT INTO staging_import SELECT generate_series(1, 100);
TRUNCATE staging_import;

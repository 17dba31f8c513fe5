CREATE TABLE staging_import (id integer, name text);
INSERT INTO staging_import VALUES (1, 'a'), (2, 'b');
DROP TABLE staging_import;

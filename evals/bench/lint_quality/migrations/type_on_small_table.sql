ALTER TABLE plans ALTER COLUMN price TYPE integer USING round(price);

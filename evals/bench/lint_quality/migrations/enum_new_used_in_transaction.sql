BEGIN;
CREATE TYPE parcel_state AS ENUM ('packed', 'sent');
ALTER TABLE orders ADD COLUMN parcel parcel_state NOT NULL DEFAULT 'packed';
COMMIT;

ALTER TABLE orders
    ADD COLUMN gift_note text,
    ADD COLUMN gift_wrap boolean,
    ADD COLUMN tracking_code varchar(64);

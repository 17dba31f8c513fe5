ALTER TABLE orders -- the table of the checkout
    /* the finance team asks for it */ ADD COLUMN vat numeric(10, 2) DEFAULT 0;

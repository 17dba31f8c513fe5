ALTER SEQUENCE ticket_numbers RENAME TO ticket_ids;

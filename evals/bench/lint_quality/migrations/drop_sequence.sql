DROP SEQUENCE ticket_numbers;

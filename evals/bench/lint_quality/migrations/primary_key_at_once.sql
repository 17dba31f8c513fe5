ALTER TABLE events_import ADD PRIMARY KEY (id);
